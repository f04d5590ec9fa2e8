import { OTHER_TOKEN, type Route, refuse, TOKEN } from './server.js';

/** GET /api/whoami-v2: TOKEN is the owner's and may write, OTHER_TOKEN is somebody's and may read. */
export const whoAmIRoute: Route = (exchange) => {
  if (exchange.seen.server !== 'hub' || exchange.seen.path !== '/api/whoami-v2') return false;
  const token = exchange.request.headers.authorization?.replace('Bearer ', '');
  if (token !== TOKEN && token !== OTHER_TOKEN) {
    refuse(exchange, 401, undefined, `Invalid user token ${token}`);
    return true;
  }
  const [name, fullname, role] = token === TOKEN ? ['owner', 'The Owner', 'write'] : ['somebody', 'Somebody', 'read'];
  const account = { type: 'user', id: '1', name, fullname, email: `${name}@example.org`, emailVerified: true };
  const plan = { canPay: false, isPro: false, avatarUrl: '/avatar.svg', periodEnd: null };
  const auth = {
    type: 'access_token',
    accessToken: { displayName: 'notebook', role, createdAt: '2024-01-01T00:00:00Z' },
  };
  exchange.response.writeHead(200, { 'Content-Type': 'application/json' });
  exchange.response.end(JSON.stringify({ ...account, ...plan, orgs: [{ type: 'org', name: 'a-band' }], auth }));
  return true;
};
