import { wrongArgument } from './argument-rules.js';
import type { Rule } from './mistake.js';
import { constant, noModule, ownValue, unknownMember, unknownName } from './name-rules.js';
import { noObject, unknownOption, wrongCount, wrongValue } from './option-rules.js';

/** The first that has something to say is heard. */
export const RULES: readonly Rule[] = [
  unknownOption,
  wrongArgument,
  wrongValue,
  noObject,
  wrongCount,
  unknownName,
  unknownMember,
  ownValue,
  constant,
  noModule,
];
