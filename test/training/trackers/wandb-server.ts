import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listen } from '../../listen.js';

/** A server that speaks what the SDK of Weights & Biases does, and keeps what it is told. */

export const API_KEY = '0123456789abcdef0123456789abcdef01234567';

export interface StoredRun {
  id: string;
  project: string;
  entity: string;
  displayName?: string;
  notes?: string;
  /** The sweep and the group that it belongs to. */
  sweep?: string;
  groupName?: string;
  config: Record<string, { value: unknown }>;
  /** Rows by their line in the history. */
  history: Record<string, unknown>[];
  summary: Record<string, unknown>;
  exitCode?: number;
}

/** Which requests an answer is for: those that begin a run, or those that bring its rows. */
export type Part = 'graphql' | 'file_stream';

/** A status instead of an answer, no answer at all, a connection that is closed, or an answer of the test's own. */
export type Fault = number | 'silence' | 'closed' | ((response: ServerResponse, request: IncomingMessage) => void);

export class WandbServer {
  url = '';
  readonly runs: StoredRun[] = [];
  /** Method and path of all requests. */
  readonly seen: string[] = [];
  readonly #faults: { part: Part; fault: Fault; times: number }[] = [];
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));

  /** Gives the next requests of a part another answer. */
  instead(part: Part, fault: Fault, times: number = Infinity): void {
    this.#faults.push({ part, fault, times });
  }

  /** Takes back the oldest `count` faults. */
  forgive(count: number): void {
    this.#faults.splice(0, count);
  }

  async start(): Promise<void> {
    this.url = await listen(this.#server);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.seen.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    const [, stream] = /^\/files\/(.*)\/file_stream$/.exec(request.url!) ?? [];
    const fault = this.#fault(stream === undefined ? 'graphql' : 'file_stream');
    if (fault === 'silence') return;
    if (fault === 'closed') {
      request.socket.destroy();
      return;
    }
    if (typeof fault === 'function') return fault(response, request);
    const authorization = `Basic ${Buffer.from(`api:${API_KEY}`).toString('base64')}`;
    const status = fault ?? (request.headers.authorization === authorization ? 200 : 401);
    response.writeHead(status, { 'Content-Type': 'application/json' });
    const answer = () => (stream === undefined ? this.#graphql(body) : this.#fileStream(stream, body));
    response.end(JSON.stringify(status === 200 ? answer() : { errors: [{ message: `status ${status}` }] }));
  }

  #fault(part: Part): Fault | undefined {
    const found = this.#faults.find((one) => one.part === part && one.times > 0);
    if (found) found.times--;
    return found?.fault;
  }

  #graphql({ query, variables }: { query: string; variables: Record<string, string> }): object {
    if (query.includes('query Viewer')) return { data: { viewer: { id: 'VXNlcg==', entity: 'somebody' } } };
    if (!query.includes('upsertBucket')) return { errors: [{ message: 'no such query' }] };
    const { name: id, project, entity, displayName, notes, sweep, groupName, config } = variables;
    let run = this.runs.find((one) => one.id === id && one.project === project && one.entity === entity);
    if (!run) {
      run = { id, project, entity, config: {}, history: [], summary: {} };
      this.runs.push(run);
    }
    if (displayName) run.displayName = displayName;
    if (notes) run.notes = notes;
    if (sweep) run.sweep = sweep;
    if (groupName) run.groupName = groupName;
    if (config) run.config = JSON.parse(config);
    const bucket = { id, name: id, displayName: displayName ?? 'a-name-of-the-server', config };
    return { data: { upsertBucket: { bucket, inserted: true } } };
  }

  #fileStream(place: string, body: FileStreamBody): object {
    const run = this.runs.find(({ entity, project, id }) => place === `${entity}/${project}/${id}`);
    if (!run) return { error: 'no such run' };
    const { 'wandb-history.jsonl': history, 'wandb-summary.json': summary } = body.files ?? {};
    for (const [i, line] of (history?.content ?? []).entries()) run.history[history!.offset + i] = JSON.parse(line);
    if (summary) run.summary = JSON.parse(summary.content[0]);
    if (body.complete) run.exitCode = body.exitcode;
    return { exitcode: null, limits: {} };
  }
}

interface FileStreamBody {
  files?: Record<string, { content: string[]; offset: number } | undefined>;
  complete?: boolean;
  exitcode?: number;
}
