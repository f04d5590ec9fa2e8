import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ParameterError } from './errors.js';

/** The course's repository, in which the library is built; the package alone has none. */
const REPOSITORY = join(__dirname, '..', '..');
const FOLDER = join(REPOSITORY, 'data');

const SCHEME = 'onpa:';

/** Whether it names what comes with the course, wherever a path may stand: 'onpa:mini-genres'. */
export const isCourseData = (name: string): boolean => name.toLowerCase().startsWith(SCHEME);

/** The folder of the course's repository; undefined where the package is installed without the course. */
export function courseRepository(): string | undefined {
  return existsSync(join(FOLDER, 'audio', 'trumpet.ogg')) ? REPOSITORY : undefined;
}

/** A path in data/, whether or not there is such a file. */
export const inCourseData = (...parts: string[]): string => join(FOLDER, ...parts);

/**
 * A path in course/, what a class needs, whether or not there is such a file; undefined where the package is installed without
 * the course: a package of the name `course` that lies beside it is none.
 */
export function inCourse(...parts: string[]): string | undefined {
  const repository = courseRepository();
  return repository === undefined ? undefined : join(repository, 'course', ...parts);
}

/**
 * The path of what comes with the course.
 *
 * @param name - 'onpa:' and a path in its folder data/: 'onpa:mini-genres', 'onpa:audio/reggae.flac'
 * @throws ParameterError where there is none of that name, or nothing comes along: the package is installed without the course
 */
export function courseData(name: string): string {
  const inside = name.slice(SCHEME.length);
  const path = join(FOLDER, inside);
  if (inside !== '' && path.startsWith(FOLDER + sep) && existsSync(path)) return path;
  if (courseRepository() === undefined) {
    throw new ParameterError(
      `'${name}' comes with the course, and the package is installed without it: clone the course's repository, or give a path`,
    );
  }
  const names = ['audio', 'models'].flatMap((folder) =>
    readdirSync(join(FOLDER, folder)).map((it) => `${folder}/${it}`),
  );
  const known = [...names, 'mini-genres'].map((it) => SCHEME + it).join(', ');
  throw new ParameterError(`'${name}' does not come with the course; there are ${known}`);
}
