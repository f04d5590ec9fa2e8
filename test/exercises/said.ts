import { equal } from 'node:assert/strict';

export type Check = (answer: unknown) => void;

/** What a check prints. */
export function said(run: Check, answer: unknown): string {
  const { log } = console;
  const lines: unknown[] = [];
  console.log = (...words) => void lines.push(...words);
  try {
    run(answer);
  } finally {
    console.log = log;
  }
  equal(lines.length, 1);
  return String(lines[0]);
}

/** With a value of ONPA_GRADING, for as long as `work` takes. */
export function grading(value: string, work: () => void): void {
  const before = process.env.ONPA_GRADING;
  process.env.ONPA_GRADING = value;
  try {
    work();
  } finally {
    if (before === undefined) delete process.env.ONPA_GRADING;
    else process.env.ONPA_GRADING = before;
  }
}
