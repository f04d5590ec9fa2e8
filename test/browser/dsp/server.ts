import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type LoadOptions, load } from 'onpa';
import { inRepository } from '../../fixtures.js';
import { listen } from '../../listen.js';

/** What a page may ask for: its own parts by path, files of the repository, and sound that `load` decodes. */
export async function serve(parts: Readonly<Record<string, string>>): Promise<{ address: string; server: Server }> {
  const answer = async (url: URL): Promise<{ type: string; body: string | Uint8Array; rate?: number }> => {
    const part = parts[url.pathname];
    if (part !== undefined) return { type: url.pathname === '/' ? 'text/html' : 'text/javascript', body: part };
    if (url.pathname.startsWith('/file/')) {
      return { type: 'application/octet-stream', body: readFileSync(inRepository(url.pathname.slice(6))) };
    }
    if (url.pathname !== '/load') throw new Error(`there is no ${url.pathname}`);
    const options: LoadOptions = JSON.parse(url.searchParams.get('options')!);
    const path = inRepository(url.searchParams.get('source')!);
    const { samples, sampleRate } = await load(path, { ...options, mono: true });
    return { type: 'application/octet-stream', body: new Uint8Array(samples.slice().buffer), rate: sampleRate };
  };
  const server = createServer((request, response) => {
    answer(new URL(request.url!, 'http://localhost')).then(
      ({ type, body, rate }) => {
        response.setHeader('Content-Type', `${type}; charset=utf-8`);
        response.setHeader('Sample-Rate', rate ?? '');
        response.end(body);
      },
      (error: Error) => response.writeHead(404).end(error.message),
    );
  });
  return { address: await listen(server), server };
}
