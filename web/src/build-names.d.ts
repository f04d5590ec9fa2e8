// What web/build.mjs puts in place of these names.

/** ONNX Runtime in WebAssembly, beside the scripts. */
declare const WASM: string;
/** The scripts of the worker and of the thread of sound. */
declare const WORKER: string;
declare const LISTENER: string;
/** matplotlib's magma: 256 colours of three bytes, in hexadecimal digits. */
declare const MAGMA: string;
/** Colours for labels, with the colour of text on them. */
declare const LABEL_COLORS: readonly { color: string; text: string }[];
/** The name of the cache of this build, and its files. */
declare const VERSION: string;
declare const FILES: readonly string[];
