import { rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { encodeOnnx, matMul } from '../fixtures/onnxModel.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';
import { workspaceFolder } from './extensionUnderTest.ts';

/** Writes bytes into the workspace under that name. */
export function writeCheckpoint(name: string, bytes: Uint8Array): vscode.Uri {
  const uri = vscode.Uri.joinPath(workspaceFolder(), name);
  writeFileSync(uri.fsPath, bytes);
  return uri;
}

export function removeCheckpoint(uri: vscode.Uri): void {
  rmSync(uri.fsPath, { force: true });
}

/** Square Gaussian layers `layer_0` to `layer_{count-1}`, each multiplying the input. */
export function gaussianModel(count: number, size: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const initializers = Array.from({ length: count }, (_, layer) => ({
    name: `layer_${layer}`,
    dims: [size, size],
    values: Float64Array.from({ length: size * size }, () => random.normal() / Math.sqrt(size)),
  }));
  return encodeOnnx({ nodes: initializers.map(({ name }) => matMul(name)), initializers });
}
