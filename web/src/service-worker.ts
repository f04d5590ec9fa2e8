// Keeps the page's own files, so that it opens without a network. While there is one, the server's are taken.

interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface RequestEvent extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

declare const skipWaiting: () => Promise<void>;
declare const clients: { claim(): Promise<void> };
declare const registration: { readonly scope: string };

/** Of this folder: another copy of the page may lie beside it. */
const PREFIX = `onpa-web ${registration.scope} `;
const CACHE = PREFIX + VERSION;

addEventListener('install', (event) => {
  // As the server has them now, not as the browser remembers them.
  const files = FILES.map((file) => new Request(file, { cache: 'reload' }));
  const filled = caches.open(CACHE).then((cache) => cache.addAll(files));
  (event as WorkerEvent).waitUntil(filled.then(skipWaiting));
});

addEventListener('activate', (event) => {
  const forgotten = caches.keys().then((names) => {
    const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    return Promise.all(old.map((name) => caches.delete(name)));
  });
  (event as WorkerEvent).waitUntil(forgotten.then(() => clients.claim()));
});

addEventListener('fetch', (event) => {
  const { request } = event as RequestEvent;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  (event as RequestEvent).respondWith(fetch(request).catch(() => kept(request)));
});

async function kept(request: Request): Promise<Response> {
  // ?model=… is the same page.
  const found = await (await caches.open(CACHE)).match(request, { ignoreSearch: request.mode === 'navigate' });
  return found ?? Response.error();
}
