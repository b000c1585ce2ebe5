import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Kernels } from '../../../src/core/linalg/kernels.ts';
import { kernelBuild, untriedBuild } from '../../../src/engine/backend.ts';
import { tryJoinedVectors } from '../../../src/engine/joinTrial.ts';
import { joinedVectors } from '../../../src/engine/wideKernels.ts';
import { testKernels } from '../../fixtures/kernels.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { DIST } from '../../fixtures/testEngine.ts';

let fused: Kernels;

beforeAll(async () => {
  fused = await testKernels('wasm-fma');
});

describe('the trial of joined vectors', () => {
  const slow = (kernels: Kernels): Kernels => ({
    ...kernels,
    gemm: (...args) => {
      const until = performance.now() + 0.5;
      while (performance.now() < until);
      kernels.gemm(...args);
    },
  });

  test('says so where they are not faster', () => {
    const found = tryJoinedVectors(slow(fused), fused, 2);
    expect(found.areUsed).toBe(false);
    expect(found.reason).toMatch(/not faster on this machine \(\d+ ms against \d+ ms\)$/);
  });

  test('says so where they give other bits, however few', async () => {
    const other = await testKernels('wasm');
    const found = tryJoinedVectors(other, fused, 1);
    expect(found).toEqual({ areUsed: false, reason: 'joined vectors gave other values' });
  });

  test('takes them where they are faster', () => {
    expect(tryJoinedVectors(fused, slow(fused), 2)).toEqual({ areUsed: true, reason: '' });
  });
});

describe('the build of the kernels', () => {
  test.each([
    ['wasm', 'wasm'],
    ['ort', 'wasm'],
    ['wasm-fma', 'wasm-fma'],
    ['ort-fma', 'wasm-fma'],
    ['wasm-wide', 'wasm-wide'],
    ['ort-wide', 'wasm-wide'],
  ] as const)('asked for as %s is %s, whatever this Node can join', async (choice, name) => {
    expect(await kernelBuild(DIST, choice, '')).toMatchObject({ name, reason: '' });
  });

  test('of the machine is the fused one where nothing may be tried', () => {
    expect(untriedBuild(DIST).name).toBe('wasm-fma');
  });

  test('of a Node that joins none is the fused one, and no fault', async () => {
    const cacheDir = tempFolder();
    expect(await joinedVectors(DIST, Uint8Array.of(1), cacheDir, false)).toEqual({
      areUsed: false,
      reason: '',
    });
    expect(fs.readdirSync(cacheDir)).toEqual([]);
  });

  test('is remembered once it was tried', async () => {
    const cacheDir = tempFolder();
    const first = await joinedVectors(DIST, Uint8Array.of(1), cacheDir, true);
    expect(first.reason).toMatch(first.areUsed ? /^$/ : /^joined vectors are not faster/);
    const [file] = fs.readdirSync(cacheDir);
    expect(file).toMatch(/^vectors-[0-9a-f]{16}\.json$/);
    fs.writeFileSync(
      path.join(cacheDir, file!),
      JSON.stringify({ ...first, reason: 'found here' }),
    );
    const again = await joinedVectors(DIST, Uint8Array.of(1), cacheDir, true);
    expect(again.reason).toBe('found here');
  });

  test('whose trial ends early is not used', async () => {
    const found = await joinedVectors(tempFolder(), Uint8Array.of(1), '', true);
    expect(found).toEqual({
      areUsed: false,
      reason: 'the trial of joined vectors ended early (exit code 1)',
    });
  });
});
