import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** An exercise of course/exercises. */
export interface Exercise {
  name: string;
  points: number;
  english: string;
  japanese: string;
  answer: string;
  solution: string;
  tests: { kind: 'check' | 'hidden'; points: number; source: string }[];
}

interface Lesson {
  title: string;
  exercises: Exercise[];
}

interface Exercises {
  lessonStems(): string[];
  readExercises(stem: string): Lesson;
  parseExercises(text: string, file: string): Lesson;
}

/** A plain script of the course as a module. */
export const script = <Module>(name: string): Promise<Module> =>
  import(pathToFileURL(resolve('scripts', 'course', name)).href) as Promise<Module>;

/** scripts/course/exercises.mjs. */
export const exerciseScript = (): Promise<Exercises> => script<Exercises>('exercises.mjs');
