import { createServer, type RequestListener } from 'node:http';
import { listen } from '../listen.js';

/** Runs `use` with the URL of a server on this machine. */
export async function withServer(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer);
  const url = await listen(server);
  try {
    await use(url);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
