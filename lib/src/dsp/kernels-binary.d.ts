/** The WebAssembly of lib/kernels, in base64: the build (lib/bundle.mjs) makes this module of it, in `dist`. */
export const KERNELS: string;
