import { describe, expect, it } from 'vitest';
import { duration, progressLine } from '../../../src/cli/progressBar.ts';

const progress = {
  done: 25,
  total: 100,
  layersDone: 3,
  layersTotal: 12,
  running: ['fc1'],
  runningIds: ['fc1'],
  secondsLeft: 8.2,
  cached: 0,
};

describe('progressLine', () => {
  it.each([
    [progress, '[######------------------] 3/12 layers, 9 s left, fc1'],
    [{ ...progress, secondsLeft: null }, '[######------------------] 3/12 layers, fc1'],
    [{ ...progress, done: 100, running: [] }, '[########################] 3/12 layers, 9 s left'],
    [{ ...progress, total: 0, done: 0 }, '[########################] 3/12 layers, 9 s left, fc1'],
  ])('%#', (given, line) => {
    expect(progressLine(given)).toBe(line);
  });

  it.each([
    [0.4, '1 s'],
    [119, '119 s'],
    [150, '3 min'],
  ])('%s seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
