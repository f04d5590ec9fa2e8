import { createHash } from 'node:crypto';
import { ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import {
  type Exchange,
  type HubServer,
  isAllowed,
  isLarge,
  type Repository,
  type Route,
  refuse,
  type StoredFile,
  sha1,
  TOKEN,
} from './server.js';

/** The routes of the Hub that write, and those that list what was written. */

/** The content of a request. */
export async function bodyOf({ seen, request }: Exchange): Promise<Buffer> {
  seen.body ??= await buffer(request);
  return seen.body;
}

/** Does what the request asks for, and lets nobody know. */
export async function answerNobody(exchange: Exchange, hub: HubServer): Promise<void> {
  const response = new ServerResponse(exchange.request);
  for (const route of writeRoutes) if (await route({ ...exchange, response }, hub)) break;
  exchange.response.destroy();
}

function answer({ response }: Exchange, content: unknown, headers: Record<string, string> = {}): true {
  response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(content));
  return true;
}

function refuseWriting(exchange: Exchange, status: number, code?: string, message?: string): true {
  refuse(exchange, status, code, message);
  return true;
}

/** Whether the token may write there; otherwise the request is answered. */
function mayWrite(exchange: Exchange, hub: HubServer, id?: string): boolean {
  const token = exchange.request.headers.authorization?.replace('Bearer ', '');
  if (token === undefined) return !refuseWriting(exchange, 401, undefined, 'Invalid username or password.');
  if (id !== undefined && !isAllowed(exchange, hub.find('model', id), false)) return false;
  if (token === TOKEN) return true;
  const known = id !== undefined || isAllowed(exchange, { access: 'public' } as Repository, false);
  if (known) refuse(exchange, 403, undefined, 'You have read access but not the required permissions to write');
  return false;
}

/** The repository and the commit that a path names; otherwise the request is answered. */
function revisionOf(exchange: Exchange, hub: HubServer, id: string, encoded: string) {
  const repository = hub.find('model', id)!;
  const revision = decodeURIComponent(encoded);
  const head = repository.refs.get(revision) ?? revision;
  const files = repository.commits.get(head);
  if (files) return { repository, revision, head, files };
  refuse(exchange, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
  return undefined;
}

/** POST /api/repos/create */
const createRoute: Route = async (exchange, hub) => {
  if (exchange.seen.server !== 'hub' || exchange.seen.path !== '/api/repos/create') return false;
  const { name, organization, type, visibility } = JSON.parse(String(await bodyOf(exchange)));
  if (!mayWrite(exchange, hub)) return true;
  const id = `${organization ?? 'owner'}/${name}`;
  const url = `${hub.url}/${id}`;
  if (hub.find(type ?? 'model', id)) {
    const error = 'You already created this model repo';
    exchange.response.writeHead(409, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error, url }));
    return true;
  }
  const access = visibility === 'private' ? 'private' : 'public';
  const content = '*.safetensors filter=lfs diff=lfs merge=lfs -text\n';
  hub.commit(id, { '.gitattributes': content }, { type, access, title: 'initial commit' });
  return answer(exchange, { url, id, name });
};

/** GET /api/models/{id}/auth-check/write: whether the token may write there. */
const authRoute: Route = (exchange, hub) => {
  const match = /^\/api\/models\/(.+?)\/auth-check\/write$/.exec(exchange.seen.path);
  if (exchange.seen.server !== 'hub' || !match) return false;
  return mayWrite(exchange, hub, match[1]) ? answer(exchange, {}) : true;
};

/** POST /api/models/{id}/branch/{branch} */
const branchRoute: Route = async (exchange, hub) => {
  const match = /^\/api\/models\/(.+?)\/branch\/([^/?]+)$/.exec(exchange.seen.path);
  if (exchange.seen.server !== 'hub' || !match) return false;
  await bodyOf(exchange);
  const [, id, name] = match;
  if (!mayWrite(exchange, hub, id)) return true;
  const { refs } = hub.find('model', id)!;
  const branch = decodeURIComponent(name);
  if (refs.has(branch)) return refuseWriting(exchange, 409, undefined, 'Reference already exists');
  refs.set(branch, refs.get('main')!);
  return answer(exchange, {});
};

/** POST /api/models/{id}/preupload/{revision}: which files are large. */
const preuploadRoute: Route = async (exchange, hub) => {
  const match = /^\/api\/models\/(.+?)\/preupload\/([^/?]+)$/.exec(exchange.seen.path);
  if (exchange.seen.server !== 'hub' || !match) return false;
  const { files } = JSON.parse(String(await bodyOf(exchange))) as { files: { path: string; size: number }[] };
  if (!mayWrite(exchange, hub, match[1])) return true;
  const found = revisionOf(exchange, hub, match[1], match[2]);
  if (!found) return true;
  return answer(exchange, {
    files: files.map(({ path, size }) => ({
      path,
      uploadMode: isLarge(path) || size > 10_000_000 ? 'lfs' : 'regular',
      shouldIgnore: false,
      oid: found.files.has(path) ? entry([path, found.files.get(path)!]).oid : null,
    })),
  });
};

/** POST /{id}.git/info/lfs/objects/batch: where to upload what is not there yet. */
const batchRoute: Route = async (exchange, hub) => {
  const match = /^\/(.+?)\.git\/info\/lfs\/objects\/batch$/.exec(exchange.seen.path);
  if (exchange.seen.server !== 'hub' || !match) return false;
  const { objects } = JSON.parse(String(await bodyOf(exchange))) as { objects: { oid: string; size: number }[] };
  if (!mayWrite(exchange, hub, match[1])) return true;
  const upload = (oid: string, size: number) => {
    const address = `${hub.cdnUrl}/upload/${oid}`;
    if (size <= hub.partSize) return { href: `${address}?X-Amz-Signature=secret` };
    const parts = Array.from({ length: Math.ceil(size / hub.partSize) }, (_, i) => String(i + 1).padStart(5, '0'));
    const addresses = parts.map((part) => [part, `${address}/${part}?X-Amz-Signature=secret`]);
    const header = { chunk_size: String(hub.partSize), ...Object.fromEntries(addresses) };
    return { href: `${hub.url}/api/complete_multipart?uploadId=${oid}`, header };
  };
  return answer(
    exchange,
    {
      transfer: objects.some(({ size }) => size > hub.partSize) ? 'multipart' : 'basic',
      objects: objects.map(({ oid, size }) => ({
        ...{ oid, size, authenticated: true },
        ...(hub.objects.has(oid) ? {} : { actions: { upload: upload(oid, size) } }),
      })),
    },
    { 'Content-Type': 'application/vnd.git-lfs+json', 'X-Request-Id': 'of-the-batch' },
  );
};

/** PUT /upload/{sha256} of the CDN, whole or in parts: the address is the permission. */
const uploadRoute: Route = async (exchange, hub) => {
  const match = /^\/upload\/([0-9a-f]{64})(?:\/(\d+))?\?X-Amz-Signature=secret$/.exec(exchange.seen.path);
  if (exchange.seen.server !== 'cdn' || !match || exchange.seen.method !== 'PUT') return false;
  const [, oid, part] = match;
  const { headers } = exchange.request;
  const bytes = await bodyOf(exchange).catch(() => undefined);
  if (!bytes) return true;
  if (headers.authorization !== undefined) return refuseWriting(exchange, 400, 'InvalidArgument');
  if (headers['content-length'] === undefined) return refuseWriting(exchange, 411, 'MissingContentLength');
  if (part === undefined && sha256(bytes) !== oid) return refuseWriting(exchange, 400, 'BadDigest');
  hub.objects.set(part === undefined ? oid : `${oid}/${part}`, bytes);
  exchange.response.writeHead(200, { ETag: `"${sha1(bytes)}"` }).end();
  return true;
};

/** POST /api/complete_multipart: puts the parts together. */
const completeRoute: Route = async (exchange, hub) => {
  if (exchange.seen.server !== 'hub' || !exchange.seen.path.startsWith('/api/complete_multipart?')) return false;
  const { oid, parts } = JSON.parse(String(await bodyOf(exchange))) as {
    oid: string;
    parts: { partNumber: number; etag: string }[];
  };
  const pieces = parts.map(({ partNumber }) => hub.objects.get(`${oid}/${String(partNumber).padStart(5, '0')}`)!);
  const whole = Buffer.concat(pieces);
  if (sha256(whole) !== oid || parts.some(({ etag }, i) => etag !== `"${sha1(pieces[i])}"`)) {
    return refuseWriting(exchange, 400, undefined, 'the parts do not make the whole');
  }
  hub.objects.set(oid, whole);
  return answer(exchange, {});
};

interface CommitLine {
  key: 'header' | 'file' | 'lfsFile';
  value: {
    summary: string;
    description?: string;
    parentCommit?: string;
    path: string;
    content: string;
    encoding: 'utf-8' | 'base64';
    oid: string;
    size: number;
  };
}

/** POST /api/models/{id}/commit/{revision}: a line of JSON for the words, and one for each file. */
const commitRoute: Route = async (exchange, hub) => {
  const match = /^\/api\/models\/(.+?)\/commit\/([^/?]+)$/.exec(exchange.seen.path);
  if (exchange.seen.server !== 'hub' || !match) return false;
  const [, id, name] = match;
  const lines = String(await bodyOf(exchange))
    .trim()
    .split('\n');
  if (!mayWrite(exchange, hub, id)) return true;
  const found = revisionOf(exchange, hub, id, name);
  if (!found) return true;
  const [header, ...operations] = lines.map((line) => JSON.parse(line) as CommitLine);
  const { summary: title, description, parentCommit } = header.value;
  if (parentCommit !== undefined && parentCommit !== found.head) {
    return refuseWriting(exchange, 412, undefined, 'A commit has happened since. Please refresh and try again.');
  }
  const files: Record<string, Buffer> = {};
  const large: string[] = [];
  for (const { key, value } of operations) {
    const { path, oid, size } = value;
    const bytes = key === 'lfsFile' ? hub.objects.get(oid) : Buffer.from(value.content, value.encoding as 'base64');
    if (!bytes || (key === 'lfsFile' && bytes.length !== size)) {
      return refuseWriting(exchange, 400, undefined, `lfsFile.oid: ${path} has not been uploaded`);
    }
    files[path] = bytes;
    if (key === 'lfsFile') large.push(path);
  }
  const commitOid = hub.commit(id, files, { revision: found.revision, large, title, description });
  const commitUrl = `${hub.url}/${id}/commit/${commitOid}`;
  return answer(exchange, { success: true, commitOid, commitUrl, hookOutput: '' });
};

/** What the Hub tells of a file. */
function entry([path, { bytes, large, etag }]: [string, StoredFile]) {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${etag}\nsize ${bytes.length}\n`;
  const oid = large ? sha1(`blob ${pointer.length}\0${pointer}`) : etag;
  const lfs = { oid: etag, size: bytes.length, pointerSize: pointer.length };
  return { type: 'file', oid, size: bytes.length, path, ...(large && { lfs }) };
}

/** GET /api/models/{id}/tree/{revision}: files and folders, a page at a time. */
const treeRoute: Route = (exchange, hub) => {
  const url = new URL(exchange.seen.path, hub.url);
  const match = /^\/api\/models\/(.+?)\/tree\/([^/]+)(?:\/(.+))?$/.exec(url.pathname);
  if (exchange.seen.server !== 'hub' || !match) return false;
  const [, id, name, folder] = match;
  if (!isAllowed(exchange, hub.find('model', id), false)) return true;
  const found = revisionOf(exchange, hub, id, name);
  if (!found) return true;
  const parents = (path: string) => path.split('/').flatMap((_, i, parts) => (i ? [parts.slice(0, i).join('/')] : []));
  const folders = new Set([...found.files.keys()].flatMap(parents));
  const recursive = /^(true|1)$/i.test(url.searchParams.get('recursive') ?? '');
  const base = folder === undefined ? '' : `${decodeURIComponent(folder)}/`;
  const entries = [
    ...[...folders].map((path) => ({ type: 'directory', oid: sha1(path), size: 0, path })),
    ...[...found.files].map(entry),
  ].filter(({ path }) => path.startsWith(base) && (recursive || !path.slice(base.length).includes('/')));
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const until = from + hub.pageSize;
  url.searchParams.set('cursor', String(until));
  const headers: Record<string, string> = until < entries.length ? { Link: `<${url}>; rel="next"` } : {};
  return answer(exchange, entries.slice(from, until), headers);
};

/** POST /api/models/{id}/paths-info/{revision}: those of the files that there are. */
const pathsRoute: Route = async (exchange, hub) => {
  const match = /^\/api\/models\/(.+?)\/paths-info\/([^/?]+)$/.exec(exchange.seen.path);
  if (exchange.seen.server !== 'hub' || !match) return false;
  const body = String(await bodyOf(exchange));
  if (!isAllowed(exchange, hub.find('model', match[1]), false)) return true;
  const found = revisionOf(exchange, hub, match[1], match[2]);
  if (!found) return true;
  const paths: string[] = body.startsWith('{') ? JSON.parse(body).paths : new URLSearchParams(body).getAll('paths');
  return answer(exchange, [...found.files].filter(([path]) => paths.includes(path)).map(entry));
};

/** POST /api/validate-yaml: Python asks it about a model card. */
const yamlRoute: Route = async (exchange) => {
  if (exchange.seen.server !== 'hub' || exchange.seen.path !== '/api/validate-yaml') return false;
  await bodyOf(exchange);
  return answer(exchange, { errors: [], warnings: [] });
};

export const writeRoutes: readonly Route[] = [
  ...[createRoute, authRoute, branchRoute, preuploadRoute, batchRoute, uploadRoute, completeRoute, commitRoute],
  ...[treeRoute, pathsRoute, yamlRoute],
];

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
