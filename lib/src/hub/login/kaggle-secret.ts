import { receive } from '../../receive.js';
import { patience } from '../retry.js';
import { type FoundToken, toToken } from './token.js';

/** What a notebook on Kaggle may call its token: the name that libraries look for, and the tutorial's. */
const LABELS = ['HF_TOKEN', 'HUGGINGFACE_TOKEN'];

/** How long an answer may be, in bytes. */
const MOST = 1 << 20;

/** What Kaggle said about one secret. */
interface Answer {
  secret?: string;
  /** Why Kaggle says nothing about any secret. */
  failure?: string;
}

/**
 * The access token among the secrets of a notebook on Kaggle, as `kaggle_secrets.UserSecretsClient` asks for it; anywhere
 * else nothing is asked.
 *
 * @returns the token, or why there is none and what to do; undefined if this is not Kaggle
 * @throws ParameterError if the secret has characters that no token has
 */
export async function kaggleSecret(): Promise<FoundToken | { reason: string } | undefined> {
  const { KAGGLE_USER_SECRETS_TOKEN, KAGGLE_URL_BASE } = process.env;
  const key = KAGGLE_USER_SECRETS_TOKEN?.trim();
  if (!key) return undefined;
  const base = (KAGGLE_URL_BASE || 'https://www.kaggle.com').replace(/\/+$/, '');
  for (const label of LABELS) {
    const { secret, failure } = await secretOf(`${base}/requests/GetUserSecretByLabelRequest`, key, label);
    if (failure) return { reason: failure };
    const found = toToken(secret, `Kaggle's secret ${label}`);
    if (found) return found;
  }
  return {
    reason: `this notebook has no secret ${LABELS.join(' or ')}: add it under Add-ons → Secrets, and attach it`,
  };
}

async function secretOf(url: string, key: string, label: string): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Kaggle-Authorization': `Bearer ${key}` },
      body: JSON.stringify({ Label: label }),
      // To nobody else: the key opens all secrets of the notebook.
      redirect: 'error',
      signal: AbortSignal.timeout(patience.silence),
    });
    const { ok, status } = response;
    const answer = await receive(response, MOST);
    if (ok) {
      const { wasSuccessful, result } = JSON.parse(new TextDecoder().decode(answer));
      return { secret: wasSuccessful ? result?.secret : undefined };
    }
    // How a secret that is not there may be answered.
    if (status === 400 || status === 404) return {};
    const then = status < 500 ? 'restart the session' : 'try again later';
    return { failure: `Kaggle answers ${status} when asked for the notebook's secrets: ${then}` };
  } catch {
    return { failure: 'Kaggle cannot be asked for secrets: switch on the internet in the settings of the notebook' };
  }
}
