import { HubError } from '../../errors.js';
import { ask, type Hub, textOf, withoutToken } from '../connection.js';
import { hubAddress, isOffline } from '../environment.js';
import type { HubFile } from '../names.js';
import { answered, errorCode, HubRefusal, refusal } from '../refusal.js';
import { patience, RETRIES, retry } from '../retry.js';
import { type FoundToken, howToLogIn, requireToken } from './token.js';

/** Whose an access token is. */
export interface HubUser {
  /** By which repositories are found: `name/repository`. */
  name: string;
  /** As the profile shows it. */
  fullName?: string;
  type: 'user' | 'org' | 'app';
  /** Names of the organisations that the user belongs to. */
  orgs: string[];
  /** What the token may do, such as 'read', 'write' or 'fineGrained', where the Hub says so. */
  role?: string;
}

/** Whom to ask, and about which token. */
export interface WhoAmIOptions {
  /** Default: as everywhere, that of `login`, `HF_TOKEN`, or the file that holds it. */
  accessToken?: string;
  /** The Hub's address; default `HF_ENDPOINT`, else https://huggingface.co. */
  hubUrl?: string;
}

/** True answers are a few thousand bytes. */
const MOST = 1 << 20;

/** How errors name what was asked. */
const OF: HubFile = { repoType: 'model', id: 'the access token', file: 'whose it is', revision: 'main' };

/**
 * Asks the Hub whose access token this is, like `huggingface_hub.whoami`.
 *
 * @throws HubError if there is no token, the Hub does not take it, or cannot be reached; it says what to do
 * @throws ParameterError if the token has characters that no token has
 *
 * @example
 * const { name } = await whoAmI();
 *
 * @see {@link login}
 */
export async function whoAmI(options: WhoAmIOptions = {}): Promise<HubUser> {
  const address = hubAddress(options.hubUrl);
  return identify(address, await requireToken(address, options.accessToken));
}

/** Whose a token is. */
export async function identify(address: string, { token, source }: FoundToken): Promise<HubUser> {
  if (isOffline()) {
    throw new HubError('HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids to ask the Hub whose the token is: unset it');
  }
  const hub: Hub = { address, token, retries: RETRIES, advice: 'or try again later' };
  const user = parse(await retry(hub, () => request(hub, source)));
  if (user) return user;
  throw new HubError(
    `${new URL(address).host} does not say whose the token is, as every Hub does. Check HF_ENDPOINT or hubUrl`,
  );
}

async function request(hub: Hub, source: string): Promise<string> {
  const url = new URL(`${hub.address}/api/whoami-v2`);
  const signal = AbortSignal.timeout(patience.silence);
  let elsewhere: URL | undefined;
  const response = await ask(hub, OF, { method: 'GET', url, signal }, (_, target) => {
    // Without the token nobody can say whose it is.
    if (target.origin !== url.origin) elsewhere = target;
    return elsewhere !== undefined;
  });
  const text = await textOf(hub, OF, url, response, MOST);
  if (response.ok) return withoutToken(hub, text);
  const message = answered(hub, OF, response);
  if (elsewhere) {
    const { host, origin } = elsewhere;
    const why = `It sends to ${host}, which does not get the token. Is the Hub at HF_ENDPOINT=${origin}?`;
    throw new HubError(message + withoutToken(hub, why));
  }
  if (response.status === 401) {
    const why = `The access token (${source}) is not valid here`;
    throw new HubRefusal(`${message}${why}. ${howToLogIn(hub.address)}`, 401, errorCode(hub, response));
  }
  if (response.status === 403) {
    const why = `The access token (${source}) may not ask this, or not from this network`;
    throw new HubError(`${message}${why}. ${howToLogIn(hub.address)}`);
  }
  if (response.status === 404) throw new HubError(`${message}Check that HF_ENDPOINT or hubUrl is a Hub`);
  throw refusal(hub, OF, response);
}

function parse(text: string): HubUser | undefined {
  try {
    const { name, fullname, type, orgs, auth } = JSON.parse(text);
    if (typeof name !== 'string' || name === '') return undefined;
    const names = (orgs ?? []).map((org: { name: unknown }) => String(org.name));
    return { name, fullName: fullname, type, orgs: names, role: auth?.accessToken?.role };
  } catch {
    return undefined;
  }
}
