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

const PREFIX = 'onpa-web-';

addEventListener('install', (event) => {
  const filled = caches.open(PREFIX + VERSION).then((cache) => cache.addAll(FILES));
  (event as WorkerEvent).waitUntil(filled.then(skipWaiting));
});

addEventListener('activate', (event) => {
  const forgotten = caches.keys().then((names) => {
    const old = names.filter((name) => name.startsWith(PREFIX) && name !== PREFIX + VERSION);
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
  const found = await caches.match(request, { ignoreSearch: request.mode === 'navigate' });
  return found ?? Response.error();
}
