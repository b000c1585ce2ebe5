import * as fs from 'node:fs';
import * as path from 'node:path';
import { letVectorsJoin } from '../core/linalg/joinedVectors.ts';
import { loadKernels } from '../core/linalg/kernels.ts';
import { tryJoinedVectors } from './joinTrial.ts';

/*
 * A process of its own for what may end a process: prints a JoinedVectors as JSON.
 *
 * usage: trial.mjs DIST
 */
const dist = process.argv[2] ?? '';
letVectorsJoin();
const [wide, fused] = ['kernels-wide.wasm', 'kernels-fma.wasm'].map((name) =>
  loadKernels(fs.readFileSync(path.join(dist, name))),
);
process.stdout.write(JSON.stringify(tryJoinedVectors(wide!, fused!)));
