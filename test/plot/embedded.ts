import type { Spec } from 'onpa';
import { compile, type TopLevelSpec } from 'vega-lite';

/** A change of a JSON value. (RFC 6902) */
interface Change {
  op: 'add' | 'replace';
  path: string;
  value: unknown;
}

/** The Vega specification of a chart, changed as vega-embed changes it. */
export function patched(spec: Spec, patch: readonly Spec[]): Spec {
  const vega = JSON.parse(JSON.stringify(compile(spec as unknown as TopLevelSpec).spec));
  for (const { op, path, value } of patch as unknown as Change[]) {
    const keys = path.split('/').slice(1);
    const last = keys.pop()!;
    const parent = keys.reduce((node, key) => node[key], vega);
    if (parent === undefined || (op === 'replace' && !(last in parent))) throw new Error(`there is no ${path}`);
    if (last === '-') parent.push(value);
    else parent[last] = value;
  }
  return vega;
}
