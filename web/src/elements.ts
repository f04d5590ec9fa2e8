/** An element of index.html. */
export const find = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

export const canvas = (id: string): HTMLCanvasElement => find<HTMLCanvasElement>(id);

/** Has a link save a file. */
export function offer(id: string, file: Blob): void {
  const link = find<HTMLAnchorElement>(id);
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(file);
}
