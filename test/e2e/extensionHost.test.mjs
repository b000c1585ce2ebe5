import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { REPOSITORY } from './artifacts.mjs';
import { runInExtensionHost } from './extensionHostRun.mjs';

const { code, tests, tail } = await runInExtensionHost(
  path.join(REPOSITORY, 'dist/test/index.cjs'),
);

describe('inside the extension host', () => {
  for (const { fullTitle, err, pending } of tests)
    test(fullTitle, { skip: pending === true }, () => {
      if (err?.message === undefined) return;
      throw Object.assign(new Error(err.message), { stack: err.stack });
    });

  test('the run ends with exit code 0 and has run tests', () => {
    assert.equal(code, 0, tail);
    assert.ok(tests.length > 0, 'Mocha wrote no result');
  });
});
