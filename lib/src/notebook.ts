/** An output of a notebook cell: the same thing in several MIME types, of which the reader's program takes the best. */
export type MimeBundle = Record<string, unknown>;

interface DisplayData {
  data: MimeBundle;
  metadata: Record<string, unknown>;
  transient: Record<string, unknown>;
}

/** A name for an output, and whether it takes the place of the output that has this name already. */
export interface OutputPlace {
  id: string;
  update: boolean;
}

/** What `tslab/dist/jupyter.js` exports to send an output to the cell in execution; null until a cell has run. */
interface TslabJupyter {
  lastWriteDisplayData?: ((data: DisplayData, update: boolean) => void) | null;
}

/** How a program is to show an output: for each MIME type what a program that takes it knows. */
export type OutputMetadata = Record<string, unknown>;

/** Sends one output to the running cell, or replaces one. */
export type Display = (data: MimeBundle, place?: OutputPlace, metadata?: OutputMetadata) => void;

/**
 * The {@link Display} of the tslab kernel; undefined outside of one.
 *
 * tslab's own `display` sends one MIME type at a time. The kernel's module is looked up among the loaded ones: so the
 * running kernel is found wherever it is installed, and plain Node does not load one.
 */
export function notebook(): Display | undefined {
  for (const [path, loaded] of Object.entries(require.cache)) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path)) continue;
    const kernel = loaded?.exports as TslabJupyter | undefined;
    if (kernel?.lastWriteDisplayData) {
      return (data, place, metadata = {}) => {
        const transient = place ? { display_id: place.id } : {};
        kernel.lastWriteDisplayData?.({ data, metadata, transient }, place?.update ?? false);
      };
    }
  }
  return undefined;
}
