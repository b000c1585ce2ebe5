import * as path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { selectLayers } from '../../../src/cli/layerSelection.ts';
import type { Estimate } from '../../../src/engine/engineApi.ts';
import { commandLine } from '../../fixtures/commandLine.ts';
import { rememberSpeed } from '../../fixtures/rememberedSpeed.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, writeChain } from '../../fixtures/testEngine.ts';

const REQUEST = analyzeRequest('/m/a.onnx');

/** Square matrices by side and seconds. */
function estimateOf(...matrices: readonly (readonly [side: number, seconds: number])[]): Estimate {
  const entries = matrices.map(([side, seconds], k) => ({
    id: `id_${k}`,
    name: `layer_${k}`,
    role: 'linear' as const,
    rows: side,
    cols: side,
    matrices: 1,
    seconds,
  }));
  return { entries, workers: 2 };
}

const LONG = estimateOf([4096, 300], [64, 1], [1024, 40]);

interface Given {
  readonly estimate?: Estimate;
  readonly largest?: number;
  readonly yes?: boolean;
  readonly quiet?: boolean;
  /** What is typed at each question on a terminal, then the input ends; undefined where there is none. */
  readonly typed?: readonly string[];
}

async function select({ estimate = LONG, largest = 0, yes = false, quiet = false, typed }: Given) {
  const isTTY = typed !== undefined;
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY });
  let asked = 0;
  const engine = {
    estimate: () => {
      asked++;
      return Promise.resolve(estimate);
    },
  };
  const answers = [...(typed ?? [])];
  let said = '';
  output.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (!chunk.includes('Analyze all')) return;
    const answer = answers.shift();
    if (answer === undefined) input.end();
    else input.write(`${answer}\n`);
  });
  const options = { largest, yes, quiet };
  const { signal } = new AbortController();
  const result = await selectLayers(REQUEST, 'a.onnx', engine, options, { input, output }, signal)
    .then(({ leftOut = {} }) => Object.keys(leftOut))
    .catch((error: unknown) => (error as Error).name);
  return { result, asked, said };
}

describe('the layers that are analyzed', () => {
  it.each<[string, Given, readonly string[] | string]>([
    ['are all where the run is short', { estimate: estimateOf([512, 30]), typed: ['n'] }, []],
    ['are all without a terminal, whatever it takes', {}, []],
    ['are all where nothing is to be asked', { yes: true, typed: ['n'] }, []],
    ['are all at the answer yes', { typed: ['y'] }, []],
    ['are all at Enter', { typed: [''] }, []],
    ['are none at the answer no', { typed: ['n'] }, 'CancelledError'],
    ['are none where the input ends', { typed: [] }, 'CancelledError'],
    ['are those up to the side that is answered', { typed: ['1024'] }, ['id_0']],
    [
      'are asked for again where none is that small',
      { typed: ['2', 'some', '64'] },
      ['id_0', 'id_2'],
    ],
    ['are those up to --largest', { largest: 512 }, ['id_0', 'id_2']],
    ['are those up to --largest, quietly', { largest: 512, quiet: true }, ['id_0', 'id_2']],
  ])('%s', async (_name, given, leftOut) => {
    expect((await select(given)).result).toEqual(leftOut);
  });

  it('are told with the time and the longest before a long run', async () => {
    const { said } = await select({});
    expect(said).toMatch(/^a\.onnx: 3 matrices, about 5 min\.\nThe longest: layer_0 \(4096 x 4096/);
    expect(said).toContain('--largest N');
  });

  it('are not estimated where nobody would hear of it', async () => {
    expect(await select({ quiet: true })).toEqual({ result: [], asked: 0, said: '' });
  });
});

describe('eigenscope analyze on a slow machine', () => {
  const folder = tempFolder();
  writeChain(folder, 'model.onnx', 3, 40);
  const eigenscope = commandLine(folder);

  it('prints the estimate and does not wait for an answer', () => {
    rememberSpeed(path.join(folder, 'slow'), 1e4);
    const { status, stderr } = eigenscope('analyze', 'model.onnx', '--cache', 'slow');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^model\.onnx: 3 matrices, about \d+ min\.\n/);
    expect(stderr).toMatch(/3 matrices analyzed/);
  });

  it('lists what --largest leaves out as skipped, with the reason', () => {
    const { status, stdout } = eigenscope(
      ...['analyze', 'model.onnx', '--largest', '39', '--json', '-', '--quiet'],
    );
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as { layers: unknown[]; skipped: { reason: string }[] };
    expect(report.layers).toEqual([]);
    expect(report.skipped.map(({ reason }) => reason)).toEqual(
      Array(3).fill(expect.stringMatching(/smaller side is above the 39/)),
    );
  });
});
