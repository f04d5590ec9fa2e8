import { type FoundToken, toToken } from './token.js';

/** What a notebook on Kaggle may call its token: the name that libraries look for, and the tutorial's. */
const LABELS = ['HF_TOKEN', 'HUGGINGFACE_TOKEN'];
/** How long to wait for an answer, in ms. */
const PATIENCE = 10_000;

/**
 * The access token among the secrets of a notebook on Kaggle, as `kaggle_secrets.UserSecretsClient` asks for it; anywhere
 * else nothing is asked.
 *
 * @returns the token, or why there is none; undefined if this is not Kaggle
 */
export async function kaggleSecret(): Promise<FoundToken | { reason: string } | undefined> {
  const { KAGGLE_USER_SECRETS_TOKEN: key, KAGGLE_URL_BASE } = process.env;
  if (!key) return undefined;
  const url = `${KAGGLE_URL_BASE || 'https://www.kaggle.com'}/requests/GetUserSecretByLabelRequest`;
  const reasons: string[] = [];
  for (const label of LABELS) {
    const secret = await ask(url, key, label);
    if (typeof secret === 'string')
      return toToken(secret, `Kaggle's secret ${label}`) ?? { reason: `${label} is empty` };
    reasons.push(secret.reason);
    if (secret.final) break;
  }
  return { reason: reasons[0] };
}

async function ask(url: string, key: string, label: string): Promise<string | { reason: string; final: boolean }> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Kaggle-Authorization': `Bearer ${key}` },
      body: JSON.stringify({ Label: label }),
      // To nobody else: the key opens all secrets of the notebook.
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return { reason: 'Kaggle cannot be reached; switch on the internet in the settings of the notebook', final: true };
  }
  if (!response.ok) return { reason: `Kaggle answers ${response.status}`, final: response.status !== 404 };
  const answer = await response.json().catch(() => undefined);
  const secret = answer?.wasSuccessful ? answer.result?.secret : undefined;
  if (typeof secret === 'string') return secret;
  return { reason: 'this notebook has none of the secrets HF_TOKEN and HUGGINGFACE_TOKEN', final: false };
}
