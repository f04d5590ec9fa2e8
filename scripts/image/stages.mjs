import { readFileSync } from 'node:fs';
import { DockerfileParser } from 'dockerfile-ast';

const flagsOf = (instruction) =>
  Object.fromEntries((instruction.getFlags?.() ?? []).map((flag) => [flag.getName(), flag.getValue()]));

const settings = (words) =>
  Object.fromEntries(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));

/**
 * The stages of a Dockerfile in order: `{ name, base, steps }`. A step is `{ keyword, text, flags }`, with `sources` and `target`
 * for COPY, `settings` for ENV, `words` for CMD and ENTRYPOINT, which have to be in the form of JSON.
 */
export function readStages(file) {
  const stages = [];
  for (const instruction of DockerfileParser.parse(readFileSync(file, 'utf8')).getInstructions()) {
    const keyword = instruction.getKeyword();
    const text = instruction.getArgumentsContent();
    const words = instruction.getArguments().map((argument) => argument.getValue());
    if (keyword === 'FROM') {
      stages.push({ name: words[2], base: words[0], steps: [] });
      continue;
    }
    const step = { keyword, text, flags: flagsOf(instruction) };
    if (keyword === 'COPY') Object.assign(step, { sources: words.slice(0, -1), target: words.at(-1) });
    if (keyword === 'ENV') step.settings = settings(words);
    if (keyword === 'CMD' || keyword === 'ENTRYPOINT') step.words = JSON.parse(text);
    stages.at(-1).steps.push(step);
  }
  return stages;
}

/** A stage with those that it is built on, the lowest first. */
export function lineOf(stages, name) {
  const stage = stages.find((it) => it.name === name);
  return stage ? [...lineOf(stages, stage.base), stage] : [];
}

/** The stages that have to be made for one: those that it is built on, and those that any of these copies from, in order. */
export function neededFor(stages, name) {
  const names = new Set();
  const add = (wanted) => {
    for (const stage of lineOf(stages, wanted)) {
      if (names.has(stage.name)) continue;
      names.add(stage.name);
      for (const { flags } of stage.steps) if (flags.from) add(flags.from);
    }
  };
  add(name);
  return stages.filter((stage) => names.has(stage.name));
}

/** The last step of a stage, or of what it is built on, with this keyword. */
export const lastStep = (stages, name, keyword) =>
  lineOf(stages, name)
    .flatMap(({ steps }) => steps)
    .findLast((step) => step.keyword === keyword);
