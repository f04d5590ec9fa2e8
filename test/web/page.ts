import { ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { pathToFileURL } from 'node:url';
import { load, pipeline } from 'onpa';
import type { Page } from 'playwright-core';
import { inRepository } from '../fixtures.js';

/** The page of web/, built and served as `npm run web` does it, and what onpa itself hears in a sound. */

export const MODEL = inRepository('data', 'models', 'mini-genres');

interface Builder {
  buildPage(folder: string): Promise<void>;
}

interface Serving {
  serveFolders(folders: Record<string, string>, port?: number): Promise<{ server: Server; address: string }>;
}

const imported = <T>(name: string): Promise<T> => import(pathToFileURL(inRepository('web', name)).href);

export const buildPage = async (folder: string): Promise<void> =>
  (await imported<Builder>('build.mjs')).buildPage(folder);

export const serveFolders: Serving['serveFolders'] = async (folders, port) =>
  (await imported<Serving>('server.mjs')).serveFolders(folders, port);

/** The windows of lesson 8, and what a pipeline says of each: a row of scores in the order of the labels. */
export async function timelineInNode(path: string): Promise<number[][]> {
  const classify = await pipeline('audio-classification', { model: MODEL, topK: null });
  const { samples, sampleRate } = await load(path, { sampleRate: null });
  const [length, step] = [5 * sampleRate, sampleRate];
  const rows: number[][] = [];
  for (let at = 0; at + length <= samples.length; at += step) {
    const scores = await classify({ samples: samples.slice(at, at + length), sampleRate });
    const byLabel = new Map(scores.map(({ label, score }) => [label, score]));
    rows.push(Object.values(classify.model.config.id2label).map((label) => byLabel.get(label)!));
  }
  classify.model.dispose();
  return rows;
}

/** Waits until the page has said that it is done, or what went wrong, and tells it. */
export async function said(page: Page): Promise<string> {
  await page.locator('#status:not(:empty), #error:not(:empty)').first().waitFor({ state: 'attached' });
  return (await page.locator('#status').textContent()) || (await page.locator('#error').textContent())!;
}

/** Clicks a link that saves a file, and gives its path. */
export async function saved(page: Page, link: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator(link).click()]);
  return (await download.path())!;
}

/** The scores that the page saves: a row for each window. */
export async function timelineInPage(page: Page): Promise<number[][]> {
  const [, ...lines] = readFileSync(await saved(page, '#save'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => line.split(',').slice(2).map(Number));
}

/** The largest difference of two timelines of one length. */
export function apart(found: readonly number[][], expected: readonly number[][]): number {
  ok(found.length === expected.length && found.length > 0, `${found.length} windows, not ${expected.length}`);
  return Math.max(...found.flatMap((row, i) => row.map((score, label) => Math.abs(score - expected[i][label]))));
}
