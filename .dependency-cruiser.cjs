// Which folder may import which, types included. `npm test` runs it; docs/architecture.md draws it.

const ROOMS =
  'audio|checkpoint|command|dataset|doctor|dsp|exercises|feature-extractor|hub|hubert|kernel|onnx|plot|pretraining|tensor|training|vocoder';

/** A room of the library may import itself, the files at the top of lib/src, and the rooms named here. */
function mayImport(room, rooms, why) {
  const others = ROOMS.split('|').filter((other) => other !== room && !rooms.includes(other));
  return {
    name: `${room}-knows-only-${['itself', ...rooms].join('-')}`,
    severity: 'error',
    comment: `${room}/ may import ${rooms.length ? `${rooms.join(', ')} and ` : ''}the files at the top of lib/src, nothing else: ${why}`,
    from: { path: `^lib/src/${room}/` },
    to: { path: [`^lib/src/(${others.join('|')})/`, '^lib/src/(index|pipeline)\\.ts$'] },
  };
}

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment:
        'Files that import each other can only be read, tested and moved together: move what both need below them.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-missing',
      severity: 'error',
      comment: 'The imported file or package is not there.',
      from: { path: '^(lib/src|test|bench|scripts/data|web|course)/' },
      // The build makes those that are left out; src has their types.
      to: { couldNotResolve: true, pathNot: '^\\./(kernels-binary|player-script)\\.js$' },
    },
    {
      name: 'top-files-know-no-room',
      severity: 'error',
      comment:
        'Every room imports the files at the top of lib/src; if these imported a room, it would be part of all the others.',
      from: { path: '^lib/src/[^/]+\\.ts$', pathNot: '^lib/src/(index|pipeline)\\.ts$' },
      to: { path: [`^lib/src/(${ROOMS})/`, '^lib/src/(index|pipeline)\\.ts$'] },
    },
    mayImport('dsp', [], 'the numbers of audio need no file, model or Hub.'),
    mayImport('kernel', [], 'it runs cells of any content; the library is to it what every other package is.'),
    mayImport('audio', ['dsp'], 'reading a sound needs no model, chart or Hub.'),
    mayImport('tensor', [], 'it is the layer below all models, and knows none of them.'),
    mayImport('checkpoint', [], 'it turns files into named tensors, and knows no model.'),
    mayImport('onnx', [], 'it writes graphs as files, and knows no model.'),
    mayImport('hub', [], 'it moves files, and does not know what is in them.'),
    mayImport('feature-extractor', ['hub', 'audio', 'dsp'], 'it prepares sound for a model without knowing the model.'),
    mayImport(
      'hubert',
      ['hub', 'checkpoint', 'onnx', 'tensor', 'audio', 'dsp'],
      'a model is also used where nothing is trained.',
    ),
    mayImport(
      'vocoder',
      ['hub', 'checkpoint', 'tensor', 'audio', 'dsp'],
      'it turns spectrograms into sound, and knows no other model.',
    ),
    mayImport(
      'pretraining',
      ['training', 'hubert', 'feature-extractor', 'dataset', 'hub', 'checkpoint', 'tensor', 'audio', 'dsp'],
      'it is training without labels.',
    ),
    mayImport(
      'dataset',
      ['hub', 'feature-extractor', 'audio', 'dsp'],
      'data are also read where no model is and nothing is trained.',
    ),
    mayImport(
      'plot',
      ['audio', 'dsp'],
      'a chart is a value made of numbers; where they come from is not its business.',
    ),
    mayImport(
      'exercises',
      ['dsp', 'hubert', 'pretraining', 'training', 'vocoder'],
      'the checks know the questions and what they depend on, neither sound files nor charts.',
    ),
    mayImport(
      'doctor',
      ['training', 'hubert', 'tensor', 'audio', 'dsp'],
      'it computes a little of everything that needs no file.',
    ),
    mayImport(
      'command',
      ['training', 'hubert', 'feature-extractor', 'dataset', 'hub', 'checkpoint', 'tensor', 'audio', 'dsp'],
      'a job on another machine has no notebook to show charts in.',
    ),
    {
      name: 'plot-is-a-leaf',
      severity: 'error',
      comment:
        'In the library only the live picture of a training draws; everything else gives numbers, which a reader may plot.',
      from: { path: '^lib/src/', pathNot: '^lib/src/(index\\.ts$|plot/|training/trackers/)' },
      to: { path: '^lib/src/plot/' },
    },
    {
      name: 'pipeline-does-not-train',
      severity: 'error',
      comment: 'Inference needs neither data sets nor training.',
      from: { path: '^lib/src/pipeline\\.ts$' },
      to: { path: '^lib/src/(training|pretraining|dataset|plot|exercises)/' },
    },
    {
      name: 'index-is-for-users',
      severity: 'error',
      comment: 'index.ts gathers what users import; inside of the library import the file itself.',
      from: { path: '^lib/src/', pathNot: '^lib/src/index\\.ts$' },
      to: { path: '^lib/src/(dsp/)?index\\.ts$' },
    },
    {
      name: 'only-tensor-knows-tensorflow',
      severity: 'error',
      comment: 'TensorFlow.js is loaded late and mended in one place: import { tf } from tensor/tensorflow instead.',
      from: { pathNot: '^(lib/src/tensor/|node_modules/)' },
      to: { path: '(^|node_modules/)@tensorflow/' },
    },
    {
      name: 'only-show-play-and-compare-know-the-kernel',
      severity: 'error',
      comment:
        'A chart is a value that can be tested and rendered anywhere; only show, play and compare have an effect.',
      from: { path: '^lib/src/plot/', pathNot: '^lib/src/plot/(show|play|compare)\\.ts$' },
      to: { path: '^lib/src/notebook\\.ts$' },
    },
    {
      name: 'nobody-imports-the-kernel',
      severity: 'error',
      comment: 'The library runs without a kernel; notebook.ts looks for it among what is loaded.',
      from: { path: '^lib/src/', pathNot: '^lib/src/kernel/' },
      to: { path: ['(^|node_modules/)tslab(/|$)', '^lib/src/kernel/'] },
    },
    {
      name: 'one-file-knows-tslab',
      severity: 'error',
      comment: 'Where in tslab something is, and of what type, stands in kernel/tslab.ts.',
      from: { path: '^lib/src/kernel/', pathNot: '^lib/src/kernel/(tslab|cell-require)\\.ts$' },
      to: { path: '(^|node_modules/)tslab(/|$)' },
    },
    {
      name: 'dsp-runs-in-browsers',
      severity: 'error',
      comment: 'onpa/dsp runs where there is no Node: dsp, and what it imports, may ask for no module of Node.',
      from: { path: '^lib/src/(dsp/|(errors|numbers|options|python-names|validation)\\.ts$)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'players-run-in-browsers',
      severity: 'error',
      comment:
        'plot/player/page is the script of players, which each of them brings along: it has its own files alone.',
      from: { path: '^lib/src/plot/player/page/' },
      to: { pathNot: '^lib/src/plot/player/(page/|(sound-data|time-plot)\\.ts$)' },
    },
    {
      name: 'page-runs-in-browsers',
      severity: 'error',
      comment: 'web/src runs where there is no Node: of the library it has onpa/dsp, and no module of Node.',
      from: { path: '^web/src/' },
      to: { path: '^(test|bench|scripts)/|^lib/(?!dist/dsp/)|^(node:|fs$|path$)' },
    },
    {
      name: 'library-stands-alone',
      severity: 'error',
      comment:
        'The library is published without the course: it knows no notebook, script, test, benchmark, page or book.',
      from: { path: '^lib/' },
      to: { path: '^(notebooks|scripts|test|bench|data|web|course)/' },
    },
    {
      name: 'library-declares-its-packages',
      severity: 'error',
      comment:
        'What the library imports stands among the dependencies of lib/package.json; tslab is an optional peer there.',
      from: { path: '^lib/src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'undetermined'],
        pathNot: '^node:|node_modules/tslab/',
      },
    },
    {
      name: 'tests-use-what-users-get',
      severity: 'error',
      comment:
        "Tests, benchmarks, scripts and the page import the package ('onpa') or a compiled module of it ('onpa/dist/…'), never its source.",
      from: { path: '^(test|bench|scripts|web|course)/' },
      to: { path: '^lib/src/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: ['node_modules', '^lib/dist/'] },
    exclude: { path: ['^lib/kernels/', '^test/fixtures/'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json', '.node'],
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'import', 'types'],
    },
  },
};
