// The TypeScript kernel: tslab, with its messages and its life mended. Jupyter starts it with a connection file.
import { mapStackTraces } from './cells.js';
import { createExecutions } from './executions.js';
import { createExecutor } from './executor.js';
import { connect, type Frontend } from './frontend.js';
import { kernelInfo } from './kernel-info.js';
import { redirectOutput } from './output.js';
import { createRequestHandler } from './requests.js';
import { shortenArrays } from './short-arrays.js';
import { describeThrown } from './thrown.js';

mapStackTraces();
shortenArrays();
const frontend: Frontend = connect(process.argv[2], kernelInfo(), {
  onRequest: (request) => handle(request),
  onStop: () => executions.stop(),
});
const output = redirectOutput(frontend);
const executor = createExecutor(process.cwd());
const executions = createExecutions(executor, frontend, output);
const handle = createRequestHandler(executor, executions, frontend);

process.on('SIGINT', () => {
  frontend.heardInterrupt();
  executor.interrupt();
});
// What nobody waited for is shown in the cell that it came from, and the kernel lives.
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (thrown: unknown) => output.error(describeThrown(thrown)));
}
