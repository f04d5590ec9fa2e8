import { connect } from 'node:net';

/** Longer than any handshake takes, shorter than anybody waits without a word. */
const PATIENCE = 15_000;

const proxyOf = (env) =>
  env.HTTPS_PROXY || env.https_proxy || env.npm_config_https_proxy || env.npm_config_proxy || env.ALL_PROXY;

/** `no connection to …`, with the reason, for this server or the proxy before it; undefined if there is one. */
export async function unreachable(url, { env = process.env, patience = PATIENCE } = {}) {
  const proxy = proxyOf(env);
  let server;
  try {
    server = new URL(proxy ? proxy.replace(/^(?!\w+:\/\/)/, 'http://') : url);
  } catch {
    // What npm and pip make of it, they say themselves.
    return undefined;
  }
  const reason = await tryConnection(server, patience);
  return reason && `no connection to ${proxy ? 'the proxy ' : ''}${server.host} (${reason})`;
}

/** Why `what` cannot be downloaded from this server, with the way out, or undefined. */
export async function downloadProblem(url, what, options) {
  const reason = await unreachable(url, options);
  return reason && `${reason}, where ${what} are to come from: go online, or set HTTPS_PROXY, and run it again`;
}

function tryConnection({ hostname, port, protocol }, patience) {
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) || (protocol === 'http:' ? 80 : 443) });
    const timer = setTimeout(() => end('no answer'), patience);
    const end = (reason) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reason);
    };
    socket.on('connect', () => end(undefined));
    socket.on('error', ({ code, message }) => end(code ?? message));
  });
}
