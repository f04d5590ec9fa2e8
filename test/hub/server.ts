import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listen } from '../listen.js';

/** A server with the Hub's routes, and a second one, on another port, that has the large files as the Hub's CDN does. */

export interface Repository {
  type: 'model' | 'dataset';
  id: string;
  /** Commits by branch or tag. */
  refs: Map<string, string>;
  /** Files by commit. */
  commits: Map<string, Map<string, StoredFile>>;
  /** The words of all commits, in order. */
  history: { oid: string; revision: string; title: string; description?: string }[];
  access: 'public' | 'private' | 'gated';
}

export interface StoredFile {
  bytes: Buffer;
  /** Kept in git itself, under its SHA-1, or as a large file under its SHA-256. */
  large: boolean;
  etag: string;
}

/** A request that a server has seen. */
export interface Seen {
  server: 'hub' | 'cdn';
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** Of a request that writes. */
  body?: Buffer;
}

export interface Exchange {
  seen: Seen;
  request: IncomingMessage;
  response: ServerResponse;
}

/** Answers a request, or returns false. */
export type Route = (exchange: Exchange, hub: HubServer) => boolean | Promise<boolean>;

/** The token that may read and write everything, and one that is valid and may not. */
export const TOKEN = 'hf_the_one_that_may';
export const OTHER_TOKEN = 'hf_of_somebody_else';

/** A Hub on this machine that reads; `running-hub.ts` gives it the routes that write. */
export class HubServer {
  /** The Hub's address. */
  url = '';
  cdnUrl = '';
  /** All requests, in order. */
  readonly seen: Seen[] = [];
  /** Asked in order; those of a test go first. */
  readonly routes: Route[] = [resolveRoute, cacheRoute, revisionRoute, contentRoute];
  readonly repositories: Repository[] = [];
  /** Large files that were uploaded, in a commit or not, by their SHA-256. */
  readonly objects = new Map<string, Buffer>();
  /** Larger files are uploaded in parts of so many bytes. */
  partSize: number = Infinity;
  /** So many entries are in one answer of a tree. */
  pageSize: number = 1000;
  readonly #servers: Server[] = [];

  /** Adds a commit to a repository's branch, and the repository if it is new. Returns the commit. */
  commit(
    id: string,
    files: Record<string, Buffer | string>,
    options: {
      type?: Repository['type'];
      access?: Repository['access'];
      revision?: string;
      large?: string[];
      title?: string;
      description?: string;
    } = {},
  ): string {
    const {
      type = 'model',
      access = 'public',
      revision = 'main',
      large = Object.keys(files).filter(isLarge),
      title = 'a commit',
      description,
    } = options;
    let repository = this.find(type, id);
    if (!repository) {
      repository = { type, id, access, refs: new Map(), commits: new Map(), history: [] };
      this.repositories.push(repository);
    }
    const stored = new Map(repository.commits.get(repository.refs.get(revision) ?? ''));
    for (const [name, content] of Object.entries(files))
      stored.set(name, store(Buffer.from(content), large.includes(name)));
    const commit = sha1(`${id} ${repository.commits.size} ${[...stored.values()].map(({ etag }) => etag)}`);
    repository.commits.set(commit, stored);
    repository.refs.set(revision, commit);
    repository.history.push({ oid: commit, revision, title, description });
    return commit;
  }

  find(type: string, id: string): Repository | undefined {
    return this.repositories.find((repository) => repository.type === type && repository.id === id);
  }

  /** Gives the first `times` requests that `matches` accepts another answer; false leaves them to the routes. */
  instead(matches: (seen: Seen) => boolean, answer: (exchange: Exchange) => unknown, times: number = Infinity): void {
    let left = times;
    this.routes.unshift(async (exchange) => {
      if (left <= 0 || !matches(exchange.seen)) return false;
      left--;
      return (await answer(exchange)) !== false;
    });
  }

  async start(): Promise<void> {
    this.url = await this.#listen('hub');
    this.cdnUrl = await this.#listen('cdn');
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async #listen(name: Seen['server']): Promise<string> {
    const server = createServer((request, response) => {
      const seen = { server: name, method: request.method!, path: request.url!, headers: request.headers };
      this.seen.push(seen);
      void this.#answer({ seen, request, response });
    });
    this.#servers.push(server);
    return listen(server);
  }

  async #answer(exchange: Exchange): Promise<void> {
    for (const route of this.routes) if (await route(exchange, this)) return;
    exchange.response.writeHead(404).end('no such route');
  }
}

/** Sends a file, or the part of it that is asked for. */
export function send({ request, response }: Exchange, bytes: Buffer, headers: Record<string, string> = {}): void {
  const [, from, last] = /^bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  if (from !== undefined && start >= bytes.length) {
    response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end();
    return;
  }
  const part = bytes.subarray(start, last ? Number(last) + 1 : bytes.length);
  const range = { 'Content-Range': `bytes ${start}-${start + part.length - 1}/${bytes.length}` };
  response.writeHead(from === undefined ? 200 : 206, {
    'Accept-Ranges': 'bytes',
    'Content-Length': part.length,
    ...(from === undefined ? {} : range),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : part);
}

/** An error as the Hub answers it. */
export function refuse({ response }: Exchange, status: number, code?: string, message?: string): void {
  const headers = { ...(code && { 'X-Error-Code': code }), ...(message && { 'X-Error-Message': message }) };
  response.writeHead(status, headers).end(JSON.stringify({ error: message ?? code }));
}

/** Sends the headers of the whole, and the first bytes; what happens then is up to the caller. */
export function sendBeginning({ request, response }: Exchange, bytes: Buffer, length: number): Promise<void> {
  const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const range = { 'Content-Range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(from ? 206 : 200, { 'Content-Length': bytes.length - start, ...(from ? range : {}) });
  return new Promise((resolve) => response.write(bytes.subarray(start, start + length), () => resolve()));
}

/** GET /{id}/resolve/{revision}/{file}: a small file moves to another path of the Hub, a large one to the CDN. */
const resolveRoute: Route = (exchange, hub) => {
  const match = /^\/(datasets\/)?(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(exchange.seen.path);
  if (exchange.seen.server !== 'hub' || !match) return false;
  const [type, id, revision, name] = [match[1] ? 'dataset' : 'model', match[2], decodeURIComponent(match[3]), match[4]];
  const repository = hub.find(type, id);
  if (!isAllowed(exchange, repository, true)) return true;
  const commit = repository!.refs.get(revision) ?? revision;
  const files = repository!.commits.get(commit);
  if (!files) {
    refuse(exchange, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    return true;
  }
  exchange.response.setHeader('X-Repo-Commit', commit);
  const file = files.get(decodeURIComponent(name));
  if (!file) {
    refuse(exchange, 404, 'EntryNotFound', 'Entry not found');
    return true;
  }
  const { bytes, large, etag } = file;
  const location = large
    ? `${hub.cdnUrl}/content/${etag}?signature=secret`
    : `/api/resolve-cache/${type}s/${id}/${commit}/${name}`;
  exchange.response.writeHead(large ? 302 : 307, {
    Location: location,
    'X-Linked-Size': bytes.length,
    'X-Linked-Etag': `"${etag}"`,
    ETag: large ? '"of the pointer file"' : `"${etag}"`,
  });
  exchange.response.end();
  return true;
};

/** GET /api/resolve-cache/{type}s/{id}/{commit}/{file}: the small files themselves. */
const cacheRoute: Route = (exchange, hub) => {
  const match = /^\/api\/resolve-cache\/(model|dataset)s\/(.+?)\/([0-9a-f]{40})\/(.+)$/.exec(exchange.seen.path);
  if (exchange.seen.server !== 'hub' || !match) return false;
  const [, type, id, commit, name] = match;
  const repository = hub.find(type, id);
  if (!isAllowed(exchange, repository, true)) return true;
  const { bytes, etag } = repository!.commits.get(commit)!.get(decodeURIComponent(name))!;
  send(exchange, bytes, { ETag: `"${etag}"`, 'X-Repo-Commit': commit });
  return true;
};

/** GET /api/{type}s/{id}/revision/{revision} */
const revisionRoute: Route = (exchange, hub) => {
  const match = /^\/api\/(model|dataset)s\/(.+?)\/revision\/([^/?]+)/.exec(exchange.seen.path);
  if (exchange.seen.server !== 'hub' || !match) return false;
  const [, type, id, revision] = match;
  const repository = hub.find(type, id);
  if (!isAllowed(exchange, repository, false)) return true;
  const sha = repository!.refs.get(decodeURIComponent(revision)) ?? revision;
  const files = repository!.commits.get(sha);
  if (!files) {
    refuse(exchange, 404, 'RevisionNotFound', `Invalid rev id: ${decodeURIComponent(revision)}`);
    return true;
  }
  const siblings = [...files.keys()].map((rfilename) => ({ rfilename }));
  exchange.response.writeHead(200, { 'Content-Type': 'application/json' });
  exchange.response.end(JSON.stringify({ _id: sha1(id).slice(0, 24), id, sha, siblings, private: false }));
  return true;
};

/** GET /content/{etag} of the CDN. */
const contentRoute: Route = (exchange, hub) => {
  const [, etag] = /^\/content\/([0-9a-f]{64})\?/.exec(exchange.seen.path) ?? [];
  if (exchange.seen.server !== 'cdn' || !etag) return false;
  const files = hub.repositories.flatMap(({ commits }) => [...commits.values()].flatMap((all) => [...all.values()]));
  const file = files.find((candidate) => candidate.etag === etag);
  if (file) send(exchange, file.bytes, { ETag: '"of the CDN"' });
  else exchange.response.writeHead(403).end();
  return true;
};

/** Whether the token opens a repository; otherwise the request is answered. */
export function isAllowed(exchange: Exchange, repository: Repository | undefined, content: boolean): boolean {
  const token = exchange.request.headers.authorization?.replace('Bearer ', '');
  if (token !== undefined && token !== TOKEN && token !== OTHER_TOKEN) {
    refuse(exchange, 401, undefined, 'Invalid credentials in Authorization header');
    return false;
  }
  if (!repository || (repository.access === 'private' && token !== TOKEN)) {
    refuse(exchange, token ? 404 : 401, 'RepoNotFound', 'Repository not found');
    return false;
  }
  if (repository.access === 'gated' && content && token !== TOKEN) {
    refuse(exchange, token ? 403 : 401, 'GatedRepo', `Access to ${repository.type} ${repository.id} is restricted.`);
    return false;
  }
  return true;
}

function store(bytes: Buffer, large: boolean): StoredFile {
  const object = Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]);
  return { bytes, large, etag: large ? createHash('sha256').update(bytes).digest('hex') : sha1(object) };
}

/** What the Hub keeps as a large file. */
export function isLarge(name: string): boolean {
  return /\.(safetensors|bin|parquet|ogg|gz)$|tfevents/.test(name);
}

export function sha1(content: string | Buffer): string {
  return createHash('sha1').update(content).digest('hex');
}
