// The TypeScript kernel: tslab, with its messages and its life mended. Jupyter starts it with a connection file.
import { createExecutor } from './executor.js';
import { jupyter } from './tslab.js';

const executor = createExecutor(process.cwd());
const server = new jupyter.ZmqServer(new jupyter.JupyterHandlerImpl(executor, false), process.argv[2]);
process.on('SIGINT', () => executor.interrupt());
process.on('uncaughtException', (error) => console.error('UncaughtException:', error));
process.on('unhandledRejection', (reason) => console.error('UnhandledPromiseRejection:', reason));
server.init();
