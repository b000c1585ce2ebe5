import { createHash } from 'node:crypto';
import { decodedType } from '../core/checkpoint/decodedType.ts';
import { storedRounding } from '../core/checkpoint/readValues.ts';
import { entryFigures } from '../core/diagnosis/entries/entryFigures.ts';
import { headProjections } from '../core/diagnosis/entries/headProjections.ts';
import type { Matrix } from '../core/linalg/matrix.ts';
import type { Precision } from '../core/linalg/singularValues.ts';
import { entryProfile } from '../core/spectrum/entryProfile.ts';
import {
  drawnEntries,
  shuffledEntries,
  shuffleEntries,
  shuffleSeeds,
} from '../core/spectrum/shuffles.ts';
import type { CacheRecord } from './cacheRecord.ts';
import { COPIED_ENTRIES, keptValues } from './heldValues.ts';
import type { SolveTools } from './solveTools.ts';
import { profileArray } from './profileRecord.ts';
import { pickedValues, sourceValues } from './sourceValues.ts';
import { spectraOfEach } from './spectraOfEach.ts';
import type { SpectrumKind } from './spectrumKey.ts';
import type { EntryRecord, SpectrumSource, TaskSources } from './spectrumTask.ts';
import { checkFinite, concatenated, gather, liesInTensor } from './storedMatrix.ts';

/**
 * A weight that is decoded whole, once, and once more after each shuffle of a large matrix, which takes its place. All
 * sources that are asked of it are gathered alike.
 */
export class WholeWeight {
  private readonly source: SpectrumSource;
  private values: Float64Array | undefined;
  private readonly variances = new Map<SpectrumSource, number>();

  constructor(
    sources: TaskSources,
    private readonly precision: Precision,
    private readonly tools: SolveTools,
  ) {
    this.source = sources[0];
    tools.memory.begin(keptValues(sources));
  }

  solve(source: SpectrumSource, asked: SpectrumKind, given?: Float64Array): CacheRecord {
    const { rows, cols, offsets } = source.view;
    // Windows lie inside a matrix whose own spectrum is known by then.
    const roundingVariance = this.checked(source, asked.kind !== 'windows');
    const head = { rows, cols, slices: offsets.length, roundingVariance };
    switch (asked.kind) {
      case 'spectrum':
      case 'windows': {
        const each = (): Float64Array[] =>
          this.solveEach(offsets, (offset) => this.matrix(source, offset));
        return { ...head, spectra: [given ?? concatenated(each())] };
      }
      case 'shuffles':
        return { ...head, spectra: this.solveShuffles(source, shuffleSeeds(asked)) };
      case 'shuffledWindows': {
        const { data } = this.matrix(source);
        const drawn = (seed: number): Matrix => ({
          ...{ rows: asked.rows, cols: asked.cols },
          data: drawnEntries(data, asked.rows * asked.cols, seed),
        });
        return { ...head, spectra: this.solveEach(shuffleSeeds(asked), drawn) };
      }
      case 'entries':
        return { ...head, spectra: [profileArray(entryProfile(this.matrix(source).data))] };
      case 'heads': {
        const spectra = [...headProjections(this.matrix(source), asked.side, asked.space)];
        return { ...head, slices: 1, roundingVariance: 0, spectra };
      }
    }
  }

  /** Of finite entries: after the spectrum of the same source. */
  entries(source: SpectrumSource): EntryRecord {
    const matrix = this.matrix(source);
    const { buffer, byteOffset, byteLength } = matrix.data;
    const hash = createHash('sha256').update(new Uint8Array(buffer, byteOffset, byteLength));
    return {
      hash: hash.digest('hex'),
      figures: entryFigures(matrix, decodedType(source.storage.dtype)),
    };
  }

  /** The variance of the rounding of the first matrix. Throws NonFiniteWeight. */
  private checked(source: SpectrumSource, asksFinite: boolean): number {
    const known = this.variances.get(source);
    if (known !== undefined) return known;
    if (asksFinite) checkFinite(this.decoded(), source.view, this.newMatrix);
    const offset = source.view.offsets[0]!;
    const found = storedRounding(
      source.storage,
      this.matrix(source).data,
      (steps) => gather(pickedValues(steps, source), { ...source, scale: 'none' }, offset).data,
    );
    this.variances.set(source, found);
    return found;
  }

  private decoded(): Float64Array {
    this.values ??= sourceValues(this.source, (count) => this.tools.memory.take('values', count));
    return this.values;
  }

  /** Valid until the next. */
  private matrix(source: SpectrumSource, offset = source.view.offsets[0]!): Matrix {
    return gather(this.decoded(), source, offset, this.newMatrix);
  }

  private readonly newMatrix = (count: number): Float64Array =>
    this.tools.memory.take('matrix', count);

  private solveShuffles(source: SpectrumSource, seeds: readonly number[]): Float64Array[] {
    return this.solveEach(seeds, (each) => {
      const matrix = this.matrix(source);
      if (matrix.data.length <= COPIED_ENTRIES)
        return { ...matrix, data: shuffledEntries(matrix.data, each) };
      shuffleEntries(matrix.data, each);
      if (liesInTensor(source)) this.values = undefined;
      return matrix;
    });
  }

  private solveEach<Each>(all: readonly Each[], matrixOf: (each: Each) => Matrix): Float64Array[] {
    return spectraOfEach(all, matrixOf, this.precision, this.tools);
  }
}
