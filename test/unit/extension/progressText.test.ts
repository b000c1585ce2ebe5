import { describe, expect, it } from 'vitest';
import type { AnalyzeProgress } from '../../../src/engine/engineApi.ts';
import {
  percentDone,
  progressLine,
  timeLeft,
} from '../../../src/extension/analysis/progressText.ts';
import { english } from './english.ts';

const progress = (parts: Partial<AnalyzeProgress>): AnalyzeProgress => ({
  done: 0,
  total: 100,
  layersDone: 0,
  layersTotal: 12,
  running: [],
  runningIds: [],
  secondsLeft: null,
  cached: 0,
  ...parts,
});

describe('percent done', () => {
  it.each([
    ['nothing to do counts as nothing done', 0, 0, 0],
    ['is rounded down, so that 100 means the end', 999, 1000, 99],
    ['is 100 at the end', 1000, 1000, 100],
    ['never exceeds 100', 1001, 1000, 100],
  ])('%s', (_name, done, total, percent) => {
    expect(percentDone(progress({ done, total }))).toBe(percent);
  });
});

describe('time left', () => {
  it.each([
    [0, 'a few seconds left'],
    [4.9, 'a few seconds left'],
    [5, 'about 5 s left'],
    [11, 'about 15 s left'],
    [119, 'about 120 s left'],
    [120, 'about 2 min left'],
    [3599, 'about 60 min left'],
    [7200, 'about 2 h left'],
  ])('%d s reads as %s', (seconds, text) => {
    expect(timeLeft(seconds, english)).toBe(text);
  });
});

describe('the progress line', () => {
  it.each<[string, Partial<AnalyzeProgress>, string]>([
    ['at the start, only what is known', {}, '0 % · 0 of 12 layers'],
    [
      'one layer at work',
      { done: 25, layersDone: 3, running: ['head'], secondsLeft: 42 },
      '25 % · 3 of 12 layers · about 45 s left · head',
    ],
    [
      'more layers at work than fit',
      { done: 50, layersDone: 6, running: ['a', 'b', 'c', 'd'] },
      '50 % · 6 of 12 layers · a, b and 2 more',
    ],
  ])('%s', (_name, parts, line) => {
    expect(progressLine(progress(parts), english)).toBe(line);
  });
});
