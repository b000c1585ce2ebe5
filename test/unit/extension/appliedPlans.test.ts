import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppliedPlans } from '../../../src/extension/compression/appliedPlans.ts';
import { KeptTexts } from '../../../src/extension/compression/keptTexts.ts';
import { sampleApplied } from '../../fixtures/sampleVerification.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

const folder = tempFolder();
const said: string[] = [];
const texts = (name: string, most = 100): KeptTexts =>
  new KeptTexts(path.join(folder, name), most, (line) => said.push(line));

/** A model of so many bytes, and what made it. */
function written(name: string, bytes: number) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, Buffer.alloc(bytes));
  const { plan, compression } = sampleApplied();
  return { file, applied: { plan, compression: { ...compression, files: [{ file, bytes }] } } };
}

describe('the plan that made a model', () => {
  it('is known in the window that applied it, and in the next', async () => {
    const { file, applied } = written('known.onnx', 10);
    const plans = new AppliedPlans(texts('plans'));
    await plans.put(file, applied);
    expect(await plans.of(file)).toEqual(applied);
    expect(await new AppliedPlans(texts('plans')).of(file)).toEqual(applied);
  });

  it.each<[string, (file: string) => void]>([
    ['has another size', (file) => fs.appendFileSync(file, 'x')],
    ['was written since', (file) => fs.utimesSync(file, new Date(0), new Date(0))],
    ['is gone', (file) => fs.rmSync(file)],
  ])('is not known where the model %s', async (name, change) => {
    const { file, applied } = written(`${name}.onnx`, 10);
    const plans = new AppliedPlans(texts('changed'));
    await plans.put(file, applied);
    change(file);
    expect(await plans.of(file)).toBeUndefined();
  });

  it('is not known where what was kept is damaged', async () => {
    const { file } = written('damaged.onnx', 10);
    for (const text of ['', '{', '7', '{"compression": {}, "plan": {}, "modified": 1}']) {
      const kept = texts('damaged');
      await kept.put(file, text);
      expect(await new AppliedPlans(kept).of(file)).toBeUndefined();
    }
  });

  it('is not known of a model that no plan made', async () => {
    expect(await new AppliedPlans(texts('none')).of(path.join(folder, 'x.onnx'))).toBeUndefined();
  });
});

describe('kept texts', () => {
  it('are no more than there may be: the oldest go', async () => {
    const kept = texts('few', 2);
    for (const [k, key] of ['a', 'b', 'c'].entries()) {
      await kept.put(key, key);
      const [newest] = fs
        .readdirSync(path.join(folder, 'few'))
        .map((name) => path.join(folder, 'few', name))
        .sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs);
      fs.utimesSync(newest!, 1000 + k, 1000 + k);
    }
    const fresh = texts('few', 2);
    expect(await Promise.all(['a', 'b', 'c'].map((key) => fresh.get(key)))).toEqual([
      undefined,
      'b',
      'c',
    ]);
  });

  it('last as long as the window where their folder cannot be written, which the log says', async () => {
    fs.writeFileSync(path.join(folder, 'file'), '');
    const kept = texts('file/inside');
    await kept.put('key', 'text');
    expect(await kept.get('key')).toBe('text');
    expect(await texts('file/inside').get('key')).toBeUndefined();
    expect(said.some((line) => line.includes('was not written'))).toBe(true);
  });
});
