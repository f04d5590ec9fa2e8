import { libraryVersion } from '../library-version.js';
import { PROTOCOL_VERSION } from './message.js';
import { versions } from './tslab.js';

/** The content of a `kernel_info_reply`; upstream tslab names TypeScript 3.7.2, and itself 1.0.0, whatever they are. */
export function kernelInfo(): object {
  const version = libraryVersion();
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'onpa',
    implementation_version: version,
    language_info: {
      name: 'typescript',
      version: versions.typescript,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      // JupyterLab colours by `mode`; the others are the classic notebook's.
      codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
    },
    banner: `TypeScript ${versions.typescript}, Node ${process.version}, onpa ${version}, tslab ${versions.tslab}`,
    help_links: [],
    debugger: false,
  };
}
