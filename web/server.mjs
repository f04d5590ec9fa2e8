// Serves folders of static files on the loopback interface.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.ipynb': 'application/x-ipynb+json',
  '.png': 'image/png',
  '.wav': 'audio/wav',
  '.ogg': 'audio/ogg',
  '.flac': 'audio/flac',
  '.mp3': 'audio/mpeg',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/**
 * @param folders - by the path at which each is found, the longest first: { '/models/mine/': …, '/': … }
 * @param port - 0 for any that is free
 * @returns the server, listening, and its address
 */
export async function serveFolders(folders, port = 0) {
  const server = createServer(async (request, response) => {
    const file = locate(folders, request.url);
    const found = file && (await stat(file).catch(() => undefined));
    if (!['GET', 'HEAD'].includes(request.method)) return response.writeHead(405).end();
    if (!found?.isFile()) return response.writeHead(404).end();
    response.writeHead(200, {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Length': found.size,
      'Cache-Control': 'no-cache',
    });
    if (request.method === 'HEAD') return response.end();
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

/** The file that a path means; none outside of the folders. */
function locate(folders, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
  const prefix = Object.keys(folders).find((candidate) => path.startsWith(candidate));
  if (prefix === undefined || path.includes('\0')) return undefined;
  const inside = normalize(path.slice(prefix.length) || 'index.html');
  return inside.split(sep).includes('..') ? undefined : join(folders[prefix], inside);
}
