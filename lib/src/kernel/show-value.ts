/** Shows the value of a cell's last expression; neither undefined nor null comes here. */
export function showValue(value: unknown): void {
  console.log(value);
}
