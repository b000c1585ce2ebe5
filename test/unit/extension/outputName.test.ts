import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { freeOutputPlace } from '../../../src/extension/compression/outputName.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

const folder = tempFolder();
const place = (plan: string, model = 'rec.onnx'): string =>
  path.relative(folder, freeOutputPlace(path.join(folder, plan), path.join('/models', model)));

describe('where the model that a plan makes goes', () => {
  it.each([
    ['rec.eigenplan.json', 'rec.onnx', 'rec.compressed.onnx'],
    ['rec-half.eigenplan.json', 'rec.onnx', 'rec-half.onnx'],
    ['rec-2.eigenplan.json', 'rec.onnx', 'rec-2.onnx'],
    ['half.eigenplan.json', 'rec.onnx', 'rec.half.onnx'],
    ['recorder.eigenplan.json', 'rec.onnx', 'rec.recorder.onnx'],
    ['REC.EIGENPLAN.JSON', 'rec.ONNX', 'rec.REC.onnx'],
    ['plan.json', 'rec.onnx', 'rec.plan.onnx'],
    ['.eigenplan.json', 'rec.onnx', 'rec.compressed.onnx'],
  ])('%s of %s: %s', (plan, model, output) => {
    expect(place(plan, model)).toBe(output);
  });

  it('is a name that no file has', () => {
    fs.writeFileSync(path.join(folder, 'rec.compressed.onnx'), '');
    fs.writeFileSync(path.join(folder, 'rec.compressed-2.onnx'), '');
    expect(place('rec.eigenplan.json')).toBe('rec.compressed-3.onnx');
  });

  it('is never the model itself', () => {
    fs.writeFileSync(path.join(folder, 'tiny-half.onnx'), '');
    const model = path.join(folder, 'tiny-half.onnx');
    expect(freeOutputPlace(path.join(folder, 'tiny-half.eigenplan.json'), model)).not.toBe(model);
    expect(freeOutputPlace(path.join(folder, 'x.eigenplan.json'), model)).not.toBe(model);
  });
});
