import { readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ReportStore } from '../../../src/extension/analysis/reportStore.ts';
import { reportOf, sampleReport } from '../../fixtures/sampleReport.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

const BYTES = 64;

/** A checkpoint of some bytes, last written long ago, and a report of it. */
function checkpoint(folder: string, name: string) {
  const file = path.join(folder, name);
  writeFileSync(file, new Uint8Array(BYTES));
  utimesSync(file, 1_000_000, 1_000_000);
  const sample = sampleReport(2);
  return {
    file,
    report: reportOf(sample.layers, { model: { ...sample.model, file, bytes: BYTES } }),
  };
}

/** Stores on one folder, as before and after a restart, and what the log was told. */
function stores(name: string) {
  const folder = path.join(tempFolder(), name);
  const log: string[] = [];
  const open = (): ReportStore => new ReportStore(folder, (line) => log.push(line));
  return { folder, log, open };
}

describe('the report store', () => {
  it('knows nothing of a checkpoint that was not analyzed', async () => {
    const { open, log } = stores('empty');
    expect(await open().get('/nowhere/a.onnx')).toBeUndefined();
    expect(log).toEqual([]);
  });

  it('gives the report back after a restart', async () => {
    const { open } = stores('kept');
    const { file, report } = checkpoint(tempFolder(), 'a.onnx');
    await open().put(file, report);
    expect(await open().get(file)).toEqual({ report, outdated: false });
  });

  it.each<[string, (file: string) => void]>([
    ['written later', (file) => utimesSync(file, 4_000_000_000, 4_000_000_000)],
    [
      'of another size, its date kept',
      (file) => {
        truncateSync(file, BYTES / 2);
        utimesSync(file, 1_000_000, 1_000_000);
      },
    ],
  ])('says that a report is outdated when its checkpoint is %s', async (_name, change) => {
    const { open } = stores('outdated');
    const { file, report } = checkpoint(tempFolder(), 'a.onnx');
    await open().put(file, report);
    change(file);
    expect((await open().get(file))?.outdated).toBe(true);
  });

  it('leaves out a kept report that is damaged and says so in the log', async () => {
    const { folder, log, open } = stores('damaged');
    const { file, report } = checkpoint(tempFolder(), 'a.onnx');
    await open().put(file, report);
    const [kept] = readdirSync(folder);
    truncateSync(path.join(folder, kept!), 100);
    expect(await open().get(file)).toBeUndefined();
    expect(log).toHaveLength(1);
    expect(log[0]).toContain('is not JSON');
  });

  it('serves a report that could not be written, and says so in the log', async () => {
    const { folder, log, open } = stores('blocked');
    writeFileSync(folder, 'a file where the folder should be');
    const { file, report } = checkpoint(tempFolder(), 'a.onnx');
    const store = open();
    await store.put(file, report);
    expect(await store.get(file)).toEqual({ report, outdated: false });
    expect(log).toHaveLength(1);
    expect(log[0]).toContain('was not kept');
  });

  it('keeps the hundred newest', async () => {
    const { folder, open } = stores('many');
    const { file, report } = checkpoint(tempFolder(), 'a.onnx');
    const store = open();
    await store.put('first', report);
    const [first] = readdirSync(folder);
    utimesSync(path.join(folder, first!), 1_000_000, 1_000_000);
    for (let index = 1; index < 100; index++) await store.put(`${file}${index}`, report);
    expect(readdirSync(folder)).toContain(first);
    await store.put(`${file}100`, report);
    expect(readdirSync(folder)).toHaveLength(100);
    expect(readdirSync(folder)).not.toContain(first);
  });
});
