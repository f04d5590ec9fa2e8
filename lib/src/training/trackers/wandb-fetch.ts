import { failureOf, receive } from '../../receive.js';
import { MOST_HOPS, redirectOf } from '../../redirect.js';

/** The longest answer that is read, in bytes; true ones are a few thousand. */
const MOST = 1 << 24;

/**
 * Node's own `fetch` for the SDK of Weights & Biases. The client that the SDK brings takes the key along to another port
 * of the same host, and takes an answer for cut off where a Node.js listens to idle connections, as Debian's does. Here
 * the key goes to one origin alone, and an answer counts when it is there as a whole.
 *
 * @throws Error whose message says why there is no answer
 */
export async function wandbFetch(address: string | URL, init: RequestInit = {}): Promise<Response> {
  let url = new URL(address);
  // The key says who it is; fetch takes no address with a name in it.
  url.username = '';
  url.password = '';
  for (let hops = 0; hops < MOST_HOPS; hops++) {
    try {
      const response = await fetch(url, { ...init, redirect: 'manual' });
      const target = redirectOf(response, url);
      if (!target) {
        const bytes = await receive(response, MOST);
        if (!bytes) throw new Error(`${url.host} answers with more than ${MOST} bytes`);
        const { status, statusText, headers } = response;
        return new Response(bytes.length > 0 ? new Blob([bytes]) : null, { status, statusText, headers });
      }
      await response.body?.cancel();
      if (target.origin !== url.origin) {
        throw new Error(
          `${url.host} sends to ${target.origin}, which does not get the key. Is it WANDB_BASE_URL=${target.origin}?`,
        );
      }
      if (init.body && response.status < 307) {
        throw new Error(`${url.host} answers ${response.status}, with which a request loses what it says`);
      }
      url = target;
    } catch (cause) {
      const { code, message } = failureOf(cause);
      throw new Error(message || code);
    }
  }
  throw new Error(`${url.host} redirects in circles`);
}
