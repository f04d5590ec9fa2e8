import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the reference of the library's functions, by TypeDoc, from what stands above them. */
export async function buildApi(root, folder) {
  const { Application } = await import('typedoc');
  const app = await Application.bootstrap({
    entryPoints: [join(root, 'lib', 'src', 'index.ts')],
    tsconfig: join(root, 'lib', 'tsconfig.json'),
    name: 'onpa',
    readme: 'none',
    out: folder,
    disableSources: true,
    excludePrivate: true,
    excludeInternal: true,
    // What members of tfjs and ml-matrix say of themselves is theirs.
    excludeExternals: true,
    // `npm run build -w onpa` has checked the types.
    skipErrorChecking: true,
    hideGenerator: true,
    githubPages: false,
    validation: { notExported: false, invalidLink: false, notDocumented: false },
    favicon: join(root, 'web', 'icon.svg'),
    customCss: join(root, 'course', 'site', 'api.css'),
    logLevel: 'Error',
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc cannot read lib/src/index.ts; its message is above');
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error('TypeDoc could not write the reference; its message is above');
  linkBack(folder);
}

/** A link from each page to the book. */
function linkBack(folder) {
  for (const name of readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('.html'))) {
    const file = join(folder, name);
    const html = readFileSync(file, 'utf8');
    const base = /data-base="([^"]*)"/.exec(html)?.[1] ?? './';
    writeFileSync(
      file,
      html.replace(
        /(<a href="[^"]*" class="title">)/,
        `<a class="to-book" href="${base}../en/index.html">← Course</a>$1`,
      ),
    );
  }
}
