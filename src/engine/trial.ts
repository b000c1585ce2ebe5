import * as fs from 'node:fs';
import * as path from 'node:path';
import { canFuse } from '../core/linalg/fusedKernels.ts';
import { letVectorsJoin } from '../core/linalg/joinedVectors.ts';
import { loadKernels } from '../core/linalg/kernels.ts';
import { type JoinedVectors, tryJoinedVectors } from './joinTrial.ts';

/*
 * A process of its own for what may end a process: prints a JoinedVectors as JSON.
 *
 * usage: trial.mjs DIST
 */
const dist = process.argv[2] ?? '';
letVectorsJoin();
const read = (name: string): Uint8Array => fs.readFileSync(path.join(dist, name));
const [wide, fused] = [read('kernels-wide.wasm'), read('kernels-fma.wasm')];
const found: JoinedVectors = canFuse(wide)
  ? tryJoinedVectors(loadKernels(wide), loadKernels(fused))
  : { areUsed: false, reason: '' };
process.stdout.write(JSON.stringify(found));
