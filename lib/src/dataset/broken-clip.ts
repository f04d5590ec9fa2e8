/** Whether a file is GTZAN's that is no sound as it was published; those of a Parquet file have a number before their name. */
export function isKnownBroken(file: string): boolean {
  return /(^|[/\\-])jazz\.00054\.wav$/.test(file);
}
