/** What V8 says of code, in the names of the cell: `exports.f`, or `(0 , exports.f)` where it is called, is f there. */
export function plainNames(message: string): string {
  return message
    .replaceAll(/\(0 ?, ?exports\.([\p{ID_Continue}$]+)\)/gu, '$1')
    .replaceAll(/(?<![\w.])exports\.(?=[\p{ID_Start}$_])/gu, '');
}
