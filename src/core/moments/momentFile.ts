import * as fs from 'node:fs';
import type { InputMoment } from '../linalg/inputMoment.ts';

/** Where the moment of a weight's inputs lies. Plain data: it travels to workers. */
export interface MomentPlace {
  readonly id: string;
  readonly side: InputMoment['side'];
  readonly kind: InputMoment['kind'];
  readonly length: number;
  readonly count: number;
  readonly file: string;
  /** First byte of each of the moments whose sum it is: one for each use of the weight. */
  readonly offsets: readonly number[];
}

/** Where the moments of several weights are, by their ids. */
export type MomentPlaces = ReadonlyMap<string, MomentPlace>;

/** Appends float64 values, in this machine's byte order; returns where they begin. Throws what the file system throws. */
export function appendMoment(file: string, data: Float64Array): number {
  const handle = fs.openSync(file, 'a');
  try {
    const offset = fs.fstatSync(handle).size;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (let done = 0; done < bytes.length;)
      done += fs.writeSync(handle, bytes, done, Math.min(bytes.length - done, 2 ** 30));
    return offset;
  } finally {
    fs.closeSync(handle);
  }
}

/** Throws what the file system throws, and RangeError where the file is shorter than it was. */
export function readMoment({ file, offsets, side, kind, length, count }: MomentPlace): InputMoment {
  const size = kind === 'dense' ? length * length : length;
  const sum = new Float64Array(size);
  const handle = fs.openSync(file, 'r');
  try {
    for (const offset of offsets) {
      const part = new Float64Array(size);
      const bytes = new Uint8Array(part.buffer);
      for (let done = 0; done < bytes.length;) {
        const got = fs.readSync(
          handle,
          bytes,
          done,
          Math.min(bytes.length - done, 2 ** 30),
          offset + done,
        );
        if (got === 0) throw new RangeError(`${file} ends before byte ${offset + bytes.length}`);
        done += got;
      }
      for (let k = 0; k < size; k++) sum[k]! += part[k]!;
    }
  } finally {
    fs.closeSync(handle);
  }
  return { side, kind, length, count, data: sum };
}

/** The moment of a weight as a rewrite takes it: read each time it is asked for, and not kept. */
export function momentsAt(places: MomentPlaces): (id: string) => InputMoment | undefined {
  return (id) => {
    const place = places.get(id);
    return place && readMoment(place);
  };
}
