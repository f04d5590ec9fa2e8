import type { ModelPlace } from './messages.js';

const DEFAULT = 'mini-genres';
const PART = /^(?!\.+$)[\w.-]+$/;

/** The model that an address asks for by `?model=`: a folder of models/ beside the page, or owner/name of the Hub. */
export function modelPlace(address: URL): { place: ModelPlace; isName: boolean } {
  const name = address.searchParams.get('model') || DEFAULT;
  const parts = name.split('/');
  const isName = parts.length <= 2 && parts.every((part) => PART.test(part));
  const fromHub = isName && parts.length === 2;
  return { place: { name, fromHub, folder: new URL('models/', address).href }, isName };
}

/** Unless the Hub is asked, the page may ask nobody but its own server. */
export function closeTheDoor(): void {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = "connect-src 'self'";
  document.head.append(policy);
}
