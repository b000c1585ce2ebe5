import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import { decodeRecord } from '../../src/engine/cacheRecord.ts';
import { decodeEntries } from '../../src/engine/entriesRecord.ts';
import { startEngine } from '../../src/engine/engineProcess.ts';
import { DisconnectedError } from '../../src/protocol/remoteError.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';
import { tempFolder } from '../fixtures/tempFolder.ts';
import { analyzeRequest, DIST, writeChain } from '../fixtures/testEngine.ts';

const KILLS = 200;
const SIDE_BY_SIDE = 2;
const LAYERS = 60;
/** An engine that lives longer is killed no more than this many layers after it began. */
const MOST_LAYERS = 9;
/** A layer of this size takes about as long with its shuffles. */
const LAYER_MS = 12;

const folder = tempFolder();
const model = writeChain(folder, 'layers.onnx', LAYERS, 28);

/** When an engine is killed: so many layers after it began, and so many milliseconds after that. */
interface Moment {
  readonly layers: number;
  readonly milliseconds: number;
}

interface Run {
  /** Undefined where the engine was killed first. */
  readonly report: Report | undefined;
  readonly layersDone: number;
}

/** One analysis by an engine of its own, which is killed at that moment unless it is done before. */
async function run(cacheDir: string, moment?: Moment): Promise<Run> {
  const start = {
    dist: DIST,
    cacheDir,
    version: '0.0.0-test',
    workers: 1,
    idleSeconds: 60,
    backend: 'wasm',
  } as const;
  const engine = startEngine(start);
  let layersDone = 0;
  let timer: NodeJS.Timeout | undefined;
  const told = (solved: number): void => {
    if (moment && solved >= moment.layers)
      timer ??= setTimeout(() => engine.kill(), moment.milliseconds);
  };
  told(0);
  try {
    const report = await engine.remote.analyze(analyzeRequest(model), {
      onProgress: (progress) => {
        layersDone = progress.layersDone;
        told(progress.layersDone - progress.cached);
      },
    });
    return { report, layersDone };
  } catch (error) {
    expect(error).toBeInstanceOf(DisconnectedError);
    expect(await engine.ended).toBe('signal SIGKILL');
    return { report: undefined, layersDone };
  } finally {
    clearTimeout(timer);
    engine.kill();
    await engine.ended;
  }
}

/** Every record of a cache by name, as it lies on the disk. Fails where one, or another file beside them, is broken. */
function records(cacheDir: string): ReadonlyMap<string, Buffer> {
  if (!fs.existsSync(cacheDir)) return new Map();
  const files = fs
    .readdirSync(cacheDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
    .map((entry) => path.join(entry.parentPath, entry.name));
  const found = new Map<string, Buffer>();
  for (const file of files) {
    const bytes = fs.readFileSync(file);
    if (file.endsWith('.json')) expect(() => JSON.parse(bytes.toString()) as unknown).not.toThrow();
    else {
      const record = decodeRecord(bytes) ?? decodeEntries(bytes);
      expect(record, `${path.basename(file)} is broken`).toBeDefined();
      found.set(file, bytes);
    }
  }
  return found;
}

const withoutTimes = (report: Report): unknown => ({ ...report, compute: null });

/** All the engines that are to be killed, over both lanes. */
class Tally {
  private given = 0;
  readonly layersAtDeath: number[] = [];

  /** Whether one more may be killed. */
  take(): boolean {
    return this.given < KILLS && this.given++ < KILLS;
  }

  /** An engine was done before its moment came. */
  giveBack(): void {
    this.given--;
  }

  get over(): boolean {
    return this.given >= KILLS;
  }
}

/** Analyses with one cache, each killed at a moment of its own, until one of them is done. */
async function killedUntilDone(
  cacheDir: string,
  momentOf: () => Moment,
  tally: Tally,
  undisturbed: Report,
): Promise<void> {
  let known = records(cacheDir);
  let most = 0;
  for (;;) {
    const mayDie = tally.take();
    const { report, layersDone } = await run(cacheDir, mayDie ? momentOf() : undefined);
    const now = records(cacheDir);
    for (const [file, bytes] of known) expect(now.get(file)?.equals(bytes), file).toBe(true);
    known = now;
    if (report) {
      if (mayDie) tally.giveBack();
      // What any earlier engine called done is not solved again.
      expect(report.compute.cached).toBeGreaterThanOrEqual(most);
      expect(withoutTimes(report)).toEqual(withoutTimes(undisturbed));
      return;
    }
    tally.layersAtDeath.push(layersDone);
    most = Math.max(most, layersDone);
  }
}

it(`${KILLS} engines killed at random moments lose nothing: no record breaks, the next goes on from the cache, the report is the same`, async () => {
  const { report: undisturbed } = await run('');
  expect(undisturbed?.layers.map(({ status }) => status)).toEqual(
    Array.from({ length: LAYERS }, () => 'ok'),
  );
  const tally = new Tally();
  const lane = async (name: number): Promise<void> => {
    const random = seededRandom(7000 + name);
    const momentOf = (): Moment => ({
      layers: random.integer(MOST_LAYERS),
      milliseconds: random.uniform() * LAYER_MS,
    });
    for (let k = 0; !tally.over; k++)
      await killedUntilDone(path.join(folder, `${name}-${k}`), momentOf, tally, undisturbed!);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, (_, k) => lane(k)));
  const { layersAtDeath } = tally;
  expect(layersAtDeath).toHaveLength(KILLS);
  // Most died at work, not before their first layer.
  expect(layersAtDeath.filter((layers) => layers > 0).length).toBeGreaterThan(KILLS / 2);
}, 600_000);
