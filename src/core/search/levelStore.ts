import * as fs from 'node:fs';
import * as path from 'node:path';
import { valuesOf, type TensorValues } from '../verify/tensorData.ts';
import type { FedType } from './fedModel.ts';

/** Values of one weight at one level. */
export interface StoredLevel {
  /** Another for every weight and level. */
  readonly key: string;
  readonly type: FedType;
  /** Computes the values, which takes long. */
  readonly make: () => TensorValues;
}

/**
 * Values of levels, computed once each: those used last are in memory, up to a limit, the others in files of a
 * folder. Where the disk takes no more, what is not in memory is computed again.
 */
export class LevelStore {
  /** In the order of their last use. */
  private readonly held = new Map<string, TensorValues>();
  private bytes = 0;
  private readonly files = new Map<string, string>();
  private full = false;

  /**
   * @param folder its own, removed by who gave it
   * @param limit bytes of values in memory; the level asked for last is there in any case
   */
  constructor(
    private readonly folder: string,
    private readonly limit: number,
  ) {}

  values({ key, type, make }: StoredLevel): TensorValues {
    const known = this.held.get(key);
    if (known) {
      this.held.delete(key);
      this.held.set(key, known);
      return known;
    }
    const file = this.files.get(key);
    const values = file === undefined ? make() : valuesOf(type, fs.readFileSync(file));
    this.held.set(key, values);
    this.bytes += values.byteLength;
    this.release(key);
    return values;
  }

  private release(newest: string): void {
    for (const [key, values] of this.held) {
      if (this.bytes <= this.limit || key === newest) return;
      this.spill(key, values);
      this.held.delete(key);
      this.bytes -= values.byteLength;
    }
  }

  private spill(key: string, { buffer, byteOffset, byteLength }: TensorValues): void {
    if (this.full || this.files.has(key)) return;
    const file = path.join(this.folder, `level-${this.files.size}.bin`);
    try {
      fs.writeFileSync(file, new Uint8Array(buffer, byteOffset, byteLength));
      this.files.set(key, file);
    } catch {
      this.full = true;
      fs.rmSync(file, { force: true });
    }
  }
}
