import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { DIST } from '../../fixtures/testEngine.ts';
import { writeProduct } from '../../fixtures/verifyModels.ts';

/** Variables by which ONNX Runtime itself takes a run for one of a build or of a test, in which it tells nothing. */
const QUIETING = /^(CI|TF_BUILD|GITHUB_|GITLAB_|JENKINS_|BUILD_|ORT_|TRAVIS|CIRCLECI|APPVEYOR)/;

it('a model is run without the telemetry of ONNX Runtime, which would leave its files', () => {
  const folder = tempFolder();
  const model = writeProduct(folder, 'model.onnx');
  const home = path.join(folder, 'home');
  fs.mkdirSync(home);
  const kept = Object.entries(process.env).filter(([name]) => !QUIETING.test(name));
  const { status, stderr } = spawnSync(
    process.execPath,
    [path.join(DIST, 'cli.mjs'), 'verify', model, model, '--samples', '2', '--quiet'],
    {
      env: { ...Object.fromEntries(kept), HOME: home, TMPDIR: home },
      encoding: 'utf8',
    },
  );
  expect([status, stderr]).toEqual([0, '']);
  const left = fs.readdirSync(home, { recursive: true }).map(String);
  expect(left.filter((name) => /\.ses|mat-debug|Microsoft/.test(name))).toEqual([]);
});
