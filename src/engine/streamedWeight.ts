import { createHash } from 'node:crypto';
import { decodedType } from '../core/checkpoint/decodedType.ts';
import { roundingVariance } from '../core/checkpoint/rounding.ts';
import { entryFigures } from '../core/diagnosis/entries/entryFigures.ts';
import { headProjections } from '../core/diagnosis/entries/headProjections.ts';
import type { Matrix } from '../core/linalg/matrix.ts';
import type { RowSource } from '../core/linalg/rowSource.ts';
import type { Precision } from '../core/linalg/singularValues.ts';
import { drawnEntries, shuffleSeeds } from '../core/spectrum/shuffles.ts';
import type { CacheRecord } from './cacheRecord.ts';
import { keptValues } from './heldValues.ts';
import { profileArray } from './profileRecord.ts';
import type { SolveTools } from './solveTools.ts';
import { spectraOfEach } from './spectraOfEach.ts';
import type { SpectrumKind } from './spectrumKey.ts';
import type { EntryRecord, SpectrumSource, TaskSources } from './spectrumTask.ts';
import { pickMatrix, readLines } from './storedLines.ts';
import { concatenated, NonFiniteWeight, scaleEntries } from './storedMatrix.ts';
import { StreamedEntries } from './streamedEntries.ts';
import { BLOCK_ENTRIES, StreamedMatrix, type Survey } from './streamedMatrix.ts';
import type { ValueMemory } from './valueMemory.ts';

/** A tall weight of which only a block of rows is in memory at a time. */
export class StreamedWeight {
  private readonly source: SpectrumSource;
  private surveyed: Survey | undefined;

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
    const { memory } = this.tools;
    const { bad, roundingVariance: variance, profile, sample } = this.survey();
    if (bad && asked.kind !== 'windows') throw new NonFiniteWeight(bad);
    const head = { rows, cols, slices: offsets.length, roundingVariance: variance };
    const largest = source === this.source ? profile.largest[0] : undefined;
    switch (asked.kind) {
      case 'spectrum': {
        if (source !== this.source) return this.solvePicked(source);
        const whole = (): RowSource => new StreamedMatrix(source, { memory, largest });
        return { ...head, spectra: this.solveEach([0], whole) };
      }
      case 'shuffles': {
        const shuffled = (seed: number): RowSource =>
          new StreamedMatrix(source, { seed, memory, largest });
        return { ...head, spectra: this.solveEach(shuffleSeeds(asked), shuffled) };
      }
      case 'windows': {
        const window = (offset: number): Matrix => this.window(source, offset);
        return { ...head, spectra: [given ?? concatenated(this.solveEach(offsets, window))] };
      }
      case 'shuffledWindows': {
        const drawn = (seed: number): Matrix => ({
          ...{ rows: asked.rows, cols: asked.cols },
          data: drawnEntries(sample, asked.rows * asked.cols, seed),
        });
        return { ...head, spectra: this.solveEach(shuffleSeeds(asked), drawn) };
      }
      case 'entries':
        return { ...head, spectra: [profileArray(profile)] };
      case 'heads': {
        const { side, space } = asked;
        const spectra = [...headProjections(new StreamedEntries(source, { memory }), side, space)];
        return { ...head, slices: 1, roundingVariance: 0, spectra };
      }
    }
  }

  /** Of finite entries: after the spectrum of the same source. */
  entries(source: SpectrumSource): EntryRecord {
    const entries = new StreamedEntries(source, { memory: this.tools.memory });
    const hash = createHash('sha256');
    for (const { buffer, byteOffset, byteLength } of entries.blocks())
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    return {
      hash: hash.digest('hex'),
      figures: entryFigures(entries, decodedType(source.storage.dtype)),
    };
  }

  /** Other matrices of the tensor, each picked out of it by one pass. */
  private solvePicked(source: SpectrumSource): CacheRecord {
    const { rows, cols, offsets } = source.view;
    const { memory } = this.tools;
    let variance: number | undefined;
    const picked = (offset: number): Matrix => {
      const data = memory.take('matrix', rows * cols);
      pickMatrix(source, offset, data, BLOCK_ENTRIES, memory);
      scaleEntries(data, source.scale);
      variance ??= roundingVariance(data, decodedType(source.storage.dtype));
      return { rows, cols, data };
    };
    const spectra = [concatenated(this.solveEach(offsets, picked))];
    return { rows, cols, slices: offsets.length, roundingVariance: variance!, spectra };
  }

  private survey(): Survey {
    const { memory } = this.tools;
    this.surveyed ??= new StreamedMatrix(this.source, { memory }).survey();
    return this.surveyed;
  }

  /** Valid until the next. */
  private window(source: SpectrumSource, offset: number): Matrix {
    const { memory } = this.tools;
    const { rows, cols } = source.view;
    return { rows, cols, data: streamedWindow(source, offset, memory) };
  }

  private solveEach<Each>(
    all: readonly Each[],
    matrixOf: (each: Each) => Matrix | RowSource,
  ): Float64Array[] {
    return spectraOfEach(all, matrixOf, this.precision, this.tools);
  }
}

/** One of the windows of a source, read line by line. Valid until the next. */
export function streamedWindow(
  source: SpectrumSource,
  offset: number,
  memory: ValueMemory,
): Float64Array {
  const { rows, cols } = source.view;
  const data = memory.take('matrix', rows * cols);
  const window = { ...source, view: { ...source.view, offsets: [offset] } };
  readLines(window, 'rows', 0, rows, data, memory);
  return data;
}
