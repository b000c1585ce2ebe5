import { mulAdd } from './vectors';

/** Two neighbouring vectors at p += factor (x, y). */
export function addPair(p: usize, factor: v128, x: v128, y: v128): void {
  const low = mulAdd(v128.load(p), factor, x);
  const high = mulAdd(v128.load(p, 16), factor, y);
  v128.store(p, low);
  v128.store(p, high, 16);
}
