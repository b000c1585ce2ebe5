import { createRequire } from 'node:module';
import * as path from 'node:path';

/**
 * For `createRequire`: the native packages that a platform's extension brings lie in `native/node_modules` of
 * its dist folder; elsewhere they are those installed in a folder above, or absent.
 *
 * @param dist folder of the bundles
 */
export function nativeParts(dist: string): string {
  return path.join(dist, 'native', 'package.json');
}

/** The version of ONNX Runtime that this installation has; undefined where it has none. Loads nothing native. */
export function ortVersion(dist: string): string | undefined {
  try {
    const manifest: unknown = createRequire(nativeParts(dist))('onnxruntime-node/package.json');
    return String((manifest as { readonly version: unknown }).version);
  } catch {
    return undefined;
  }
}
