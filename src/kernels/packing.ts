import { nth } from './vectors';

/** Depths packed together, so that several rows of the source stream at once and targets fill whole cache lines. */
const BATCH: i32 = 8;

/**
 * Groups of `width` rows of the source, a multiple of 4, interleaved along the depth: element (r, p) of a group
 * goes to p * width + r. Missing rows are zeros.
 */
export function packRows<T>(
  source: usize,
  ld: i32,
  rows: i32,
  depth: i32,
  target: usize,
  width: i32,
): void {
  for (let i = 0; i < rows; i += width) {
    const group = nth<T>(target, i * depth);
    const first = nth<T>(source, i * ld);
    const present = min(width, rows - i);
    if (present == width) {
      for (let r = 0; r < width; r += 4) {
        interleaveFour<T>(nth<T>(first, r * ld), ld, depth, nth<T>(group, r), width);
      }
      continue;
    }
    memory.fill(group, 0, nth<T>(0, depth * width));
    for (let r = 0; r < present; r++) {
      const row = nth<T>(first, r * ld);
      for (let p = 0; p < depth; p++) {
        store<T>(nth<T>(group, p * width + r), load<T>(nth<T>(row, p)));
      }
    }
  }
}

/** Element (r, p) of four rows to p * width + r. */
function interleaveFour<T>(source: usize, ld: i32, depth: i32, target: usize, width: i32): void {
  const r0 = source;
  const r1 = nth<T>(r0, ld);
  const r2 = nth<T>(r1, ld);
  const r3 = nth<T>(r2, ld);
  const step = nth<T>(0, width);
  let out = target;
  let p = 0;
  if (sizeof<T>() == 8) {
    for (; p + 2 <= depth; p += 2) {
      const o = nth<T>(0, p);
      const x0 = v128.load(r0 + o);
      const x1 = v128.load(r1 + o);
      const x2 = v128.load(r2 + o);
      const x3 = v128.load(r3 + o);
      v128.store(out, v128.shuffle<f64>(x0, x1, 0, 2));
      v128.store(out, v128.shuffle<f64>(x2, x3, 0, 2), 16);
      out += step;
      v128.store(out, v128.shuffle<f64>(x0, x1, 1, 3));
      v128.store(out, v128.shuffle<f64>(x2, x3, 1, 3), 16);
      out += step;
    }
  } else {
    for (; p + 4 <= depth; p += 4) {
      const o = nth<T>(0, p);
      const x0 = v128.load(r0 + o);
      const x1 = v128.load(r1 + o);
      const x2 = v128.load(r2 + o);
      const x3 = v128.load(r3 + o);
      const y0 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
      const y1 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
      const y2 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
      const y3 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<f64>(y0, y1, 0, 2));
      out += step;
      v128.store(out, v128.shuffle<f64>(y0, y1, 1, 3));
      out += step;
      v128.store(out, v128.shuffle<f64>(y2, y3, 0, 2));
      out += step;
      v128.store(out, v128.shuffle<f64>(y2, y3, 1, 3));
      out += step;
    }
  }
  for (; p < depth; p++, out += step) {
    store<T>(nth<T>(out, 0), load<T>(nth<T>(r0, p)));
    store<T>(nth<T>(out, 1), load<T>(nth<T>(r1, p)));
    store<T>(nth<T>(out, 2), load<T>(nth<T>(r2, p)));
    store<T>(nth<T>(out, 3), load<T>(nth<T>(r3, p)));
  }
}

/**
 * Groups of `width` columns of the source, 16, 32 or 64 bytes: element (p, c) of a group goes to
 * p * width + c. Missing columns are zeros.
 */
export function packColumns<T>(
  source: usize,
  ld: i32,
  cols: i32,
  depth: i32,
  target: usize,
  width: i32,
): void {
  const step = nth<T>(0, ld);
  const whole = cols - (cols % width);
  const bytes = nth<T>(0, width);
  for (let p0 = 0; p0 < depth; p0 += BATCH) {
    const count = min(BATCH, depth - p0);
    for (let j = 0; j < whole; j += width) {
      let row = nth<T>(source, p0 * ld + j);
      let out = nth<T>(target, j * depth + p0 * width);
      for (let p = 0; p < count; p++, row += step) {
        copyLine(row, out, bytes);
        out += bytes;
      }
    }
  }
  if (whole == cols) return;
  const group = nth<T>(target, whole * depth);
  memory.fill(group, 0, nth<T>(0, depth * width));
  for (let p = 0; p < depth; p++) {
    for (let c = whole; c < cols; c++) {
      store<T>(nth<T>(group, p * width + c - whole), load<T>(nth<T>(source, p * ld + c)));
    }
  }
}

/** 16, 32 or 64 bytes. */
export function copyLine(source: usize, target: usize, bytes: usize): void {
  const x0 = v128.load(source);
  if (bytes == 16) {
    v128.store(target, x0);
    return;
  }
  const x1 = v128.load(source, 16);
  if (bytes == 32) {
    v128.store(target, x0);
    v128.store(target, x1, 16);
    return;
  }
  const x2 = v128.load(source, 32);
  const x3 = v128.load(source, 48);
  v128.store(target, x0);
  v128.store(target, x1, 16);
  v128.store(target, x2, 32);
  v128.store(target, x3, 48);
}
