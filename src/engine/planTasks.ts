import type { FloatType, Weight } from '../core/checkpoint/checkpoint.ts';
import { FLOAT_BYTES } from '../core/checkpoint/elementSize.ts';
import { inputLines } from '../core/plan/inputLines.ts';
import type { ValueRequest } from '../core/plan/measureValues.ts';
import type { AlphaEstimator } from '../core/plan/planRequest.ts';
import { quantLevels } from '../core/plan/quantLevels.ts';
import { storedFloat, storedSize } from '../core/plan/storedSize.ts';
import { weightRefusals } from '../core/plan/weightRefusals.ts';
import type { WeightSurvey } from '../core/rewrite/surveyWeights.ts';
import type { PlanInputsRequest } from './engineApi.ts';
import type { Entry } from './entries.ts';
import { measureFlops } from './measureTask.ts';
import type { EntryJob } from './solveEntries.ts';
import type { SpectrumTask, TaskOutcome } from './spectrumTask.ts';
import type { ValueOutcome, ValueTask } from './valueTask.ts';

/** Work for a plan: a spectrum of a part of a weight, or a measurement of its values. */
export type PlanJob = EntryJob<SpectrumTask | ValueTask>;

/** Below so many eigenvalues a fitted exponent says nothing, as in a report. */
const LEAST_EIGENVALUES = 10;

/** The decoded values, their squares, and what sorting them takes. */
const MEASURE_BYTES_PER_VALUE = 32;

/** What has to be known of one weight for a request. `parts` are its entries in a report. */
export function planTasks(
  weight: Weight,
  parts: readonly Entry[],
  { spectra, estimator, pruning, levels }: PlanInputsRequest,
  survey: WeightSurvey,
): readonly PlanJob[] {
  const refused = weightRefusals(weight, storedSize(weight), survey.refused);
  const type = storedFloat(weight);
  if (!type || Object.values(refused).every((reason) => reason !== '')) return [];
  const jobs: PlanJob[] = [];
  for (const entry of parts) {
    const { rows, cols } = entry.part.view;
    const needed = spectra && refused.lowrank === '';
    const fitted = estimator !== null && Math.min(rows, cols) >= LEAST_EIGENVALUES;
    if (needed || fitted) jobs.push(spectrumJob(entry, fitted && estimator === 'farms'));
  }
  const wanted = {
    pruning: pruning && refused.sparsity === '',
    levels: levels && refused.bits === '',
  };
  if (wanted.pruning || wanted.levels) jobs.push(valueJob(weight, type, parts, wanted, survey));
  return jobs;
}

/** The full spectrum of an entry, and of its windows where that is asked for; nothing else. */
export function spectrumJob(entry: Entry, windows: boolean): EntryJob<SpectrumTask> {
  const { weight, part, id, flops, bytes, task } = entry;
  return {
    id,
    weight,
    part,
    flops,
    bytes,
    task: {
      ...task,
      shuffles: 0,
      compatSource: 'same',
      windows: windows ? task.windows : 'none',
      windowShuffles: 0,
      wantSpectrum: true,
      wantEntries: true,
      heads: [],
    },
  };
}

function valueJob(
  weight: Weight,
  dtype: FloatType,
  parts: readonly Entry[],
  wanted: { readonly pruning: boolean; readonly levels: boolean },
  { carrier }: WeightSurvey,
): PlanJob {
  const { id, storage, parameters } = weight;
  const lines = inputLines(weight);
  const request: ValueRequest = {
    lines,
    levels: wanted.levels ? quantLevels(weight, lines, FLOAT_BYTES[dtype], carrier) : [],
    signed: carrier.form === 'nbits',
    patterns: wanted.pruning,
  };
  const [whole] = parts;
  const view = whole?.part.part === '' ? whole.part.view : null;
  return {
    id,
    weight,
    part: whole?.part.part === '' ? whole.part : wholePart(parameters),
    flops: measureFlops(request, parameters),
    bytes: MEASURE_BYTES_PER_VALUE * parameters,
    task: { id, storage, dtype, request, view: view && { rows: view.rows, cols: view.cols } },
  };
}

/** A tensor that is no one matrix, as progress names it. */
function wholePart(parameters: number): Entry['part'] {
  const view = { rows: 1, cols: parameters, rowStride: parameters, colStride: 1, offsets: [0] };
  return { part: '', kind: 'matrix', view };
}

/** The exponent of a weight: of several matrices the mean, weighted by their size; null where none was fitted. */
export function alphaOf(
  done: readonly { readonly job: PlanJob; readonly outcome: TaskOutcome | ValueOutcome }[],
  estimator: AlphaEstimator,
): number | null {
  let [sum, size] = [0, 0];
  for (const { job, outcome } of done) {
    const { rows, cols } = job.part.view;
    if (outcome.status !== 'solved' || Math.min(rows, cols) < LEAST_EIGENVALUES) continue;
    const alpha = exponentOf(outcome.figures.fits, estimator);
    if (alpha === null) continue;
    sum += alpha * rows * cols;
    size += rows * cols;
  }
  return size > 0 ? sum / size : null;
}

function exponentOf(
  fits: Extract<TaskOutcome, { status: 'solved' }>['figures']['fits'],
  estimator: AlphaEstimator,
): number | null {
  switch (estimator) {
    case 'hill':
      return fits.hill.alpha;
    case 'peak':
      return fits.peak.alpha;
    case 'power-law':
      return fits.powerLaw.alpha;
    case 'farms':
      return fits.farms.alpha;
  }
}
