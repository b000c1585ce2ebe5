import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { searchFolder } from '../../../src/engine/searchFolder.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

it('the folder of a search is new, and those of processes that ended go', () => {
  const parent = tempFolder();
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const names = [`eigenscope-search-${ended}-abc`, `eigenscope-search-${process.pid}-abc`, 'other'];
  for (const name of names) {
    fs.mkdirSync(path.join(parent, name));
    fs.writeFileSync(path.join(parent, name, 'model.onnx'), 'x');
  }
  const own = searchFolder(parent);
  expect(fs.readdirSync(own)).toEqual([]);
  expect(fs.readdirSync(parent).sort()).toEqual([...names.slice(1), path.basename(own)].sort());
});
