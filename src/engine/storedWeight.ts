import { createHash } from 'node:crypto';
import { storedBytes } from '../core/checkpoint/storedBytes.ts';
import type { Precision } from '../core/linalg/singularValues.ts';
import type { CacheRecord } from './cacheRecord.ts';
import type { SolveTools } from './solveTools.ts';
import { servingKeys } from './servingKeys.ts';
import { entriesKey, spectrumKey, type SpectrumKind } from './spectrumKey.ts';
import type { EntryRecord, SpectrumSource, TaskSources } from './spectrumTask.ts';
import { isStreamed } from './streamedMatrix.ts';
import { StreamedWeight } from './streamedWeight.ts';
import { WholeWeight } from './wholeWeight.ts';

/** A tensor in its file: hashed once, its values read only when the cache cannot answer. */
export class StoredWeight {
  private readonly hash: string;
  private readonly source: SpectrumSource;
  private weight: WholeWeight | StreamedWeight | undefined;
  private isTouched = false;
  private hasGpuRecord = false;

  /** @param sources the weight, then its views: what will be asked of it */
  constructor(
    private readonly sources: TaskSources,
    private readonly precision: Precision,
    private readonly tools: SolveTools,
  ) {
    this.source = sources[0];
    const hash = createHash('sha256');
    storedBytes(this.source.storage, (chunk) => hash.update(chunk));
    this.hash = hash.digest('hex');
  }

  /** Whether anything had to be solved. */
  get touched(): boolean {
    return this.isTouched;
  }

  /** Whether any spectrum of it comes from a GPU, and so has the error of float32 whatever its size. */
  get isFromGpu(): boolean {
    return this.hasGpuRecord;
  }

  /** `given`: the spectra of windows that have been solved before. */
  record(source: SpectrumSource, asked: SpectrumKind, given?: Float64Array): CacheRecord {
    const { cache, solver } = this.tools;
    const known = this.known(source, asked);
    if (known) return known;
    const fresh = this.solve(source, asked, given);
    cache?.write(spectrumKey(this.hash, source, asked, this.precision, solver), fresh);
    return fresh;
  }

  /** From the cache or the GPU. */
  known(source: SpectrumSource, asked: SpectrumKind): CacheRecord | undefined {
    const { cache, gpu } = this.tools;
    for (const { key, isGpu } of servingKeys(
      this.hash,
      source,
      asked,
      this.precision,
      this.tools,
    )) {
      const solved = gpu?.records.get(key);
      const known = solved ?? cache?.read(key);
      if (!known) continue;
      if (solved) this.isTouched = true;
      this.hasGpuRecord ||= isGpu;
      return known;
    }
    return undefined;
  }

  /** Of finite entries: after the spectrum of the same source. */
  entries(source: SpectrumSource): EntryRecord {
    const { cache } = this.tools;
    const key = entriesKey(this.hash, source);
    const known = cache?.readEntries(key);
    if (known) return known;
    const fresh = this.opened().entries(source);
    cache?.writeEntries(key, fresh);
    return fresh;
  }

  solve(source: SpectrumSource, asked: SpectrumKind, given?: Float64Array): CacheRecord {
    this.isTouched = true;
    return this.opened().solve(source, asked, given);
  }

  private opened(): WholeWeight | StreamedWeight {
    this.weight ??= isStreamed(this.source)
      ? new StreamedWeight(this.sources, this.precision, this.tools)
      : new WholeWeight(this.sources, this.precision, this.tools);
    return this.weight;
  }
}
