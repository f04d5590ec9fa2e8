/** Shows a value in several MIME types as the result of the cell. */
export type ShowResult = (data: Record<string, unknown>, metadata?: Record<string, unknown>) => void;

/** Shows the value of a cell's last expression; neither undefined nor null comes here. */
export function showValue(value: unknown, _result: ShowResult): void {
  console.log(value);
}
