import * as v from 'valibot';
import { CODE_TYPES, ROLES } from '../checkpoint/checkpoint.ts';
import { FINDING_CODES } from '../diagnosis/finding.ts';

/**
 * The report, `eigenscope.report/1`. Types, parser and published JSON Schema all come from this schema.
 * Every figure is a finite number or null; null comes with a status or a finding that says why.
 */
export const REPORT_SCHEMA = 'eigenscope.report/1';

const figure = v.nullable(v.pipe(v.number(), v.finite()));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const shape = v.array(count);

export const findingSchema = v.strictObject({
  code: v.picklist(FINDING_CODES),
  severity: v.picklist(['info', 'warning', 'error']),
  text: v.string(),
  evidence: v.record(v.string(), v.union([v.pipe(v.number(), v.finite()), v.string()])),
});

const shuffleNull = v.nullable(
  v.strictObject({ shuffles: count, mean: figure, sd: figure, percentile: figure }),
);

const metricsSchema = v.strictObject({
  numEvals: figure,
  svMax: figure,
  svMin: figure,
  conditionNumber: figure,
  nuclearNorm: figure,
  norm: figure,
  logNorm: figure,
  spectralNorm: figure,
  logSpectralNorm: figure,
  stableRank: figure,
  matrixRank: figure,
  rankLoss: figure,
  weakRankLoss: figure,
  entropy: figure,
  effectiveRank: figure,
  spectralEntropyRank: figure,
  noiseFloor: figure,
  alphaWeighted: figure,
  logAlphaNorm: figure,
  detXNum: figure,
  detXVal: figure,
  orthogonalityDeviation: figure,
  mupRatio: figure,
  reducibility: figure,
  normalizedMean: figure,
});

const fitStatus = v.picklist(['ok', 'failed']);

const fitsSchema = v.strictObject({
  powerLaw: v.strictObject({
    status: fitStatus,
    reason: v.string(),
    alpha: figure,
    D: figure,
    xmin: figure,
    xmax: figure,
    sigma: figure,
    tail: figure,
    null: shuffleNull,
    distancePercentile: figure,
    /** Against where the tail begins, for the chart: at most 64 points, to 5 digits. */
    curve: v.strictObject({
      tail: v.pipe(v.array(count), v.maxLength(64)),
      xmin: v.pipe(v.array(v.number()), v.maxLength(64)),
      alpha: v.pipe(v.array(figure), v.maxLength(64)),
      D: v.pipe(v.array(v.number()), v.maxLength(64)),
    }),
    shortTail: v.boolean(),
    likelihood: v.strictObject({
      reason: v.string(),
      logNormal: figure,
      exponential: figure,
      truncated: figure,
    }),
  }),
  hill: v.strictObject({ alpha: figure, D: figure, xmin: figure, tail: figure, null: shuffleNull }),
  peak: v.strictObject({ alpha: figure, D: figure, xmin: figure, tail: figure }),
  clipped: v.strictObject({ alpha: figure, rawAlpha: figure, fingers: figure }),
  farms: v.strictObject({
    alpha: figure,
    D: figure,
    windows: figure,
    rows: figure,
    cols: figure,
    numEvals: figure,
    estimator: v.literal('hill'),
    spread: figure,
    null: shuffleNull,
    comparable: v.boolean(),
  }),
  marchenkoPastur: v.strictObject({
    status: fitStatus,
    reason: v.string(),
    sigma: figure,
    bulkMin: figure,
    bulkMax: figure,
    edge: figure,
    spikes: figure,
    entrySpikes: figure,
    softRank: figure,
    boundary: v.boolean(),
  }),
  trapTest: v.strictObject({
    shuffles: figure,
    maxRandEval: figure,
    softRank: figure,
    maxDistance: figure,
    randDistance: figure,
    traps: figure,
  }),
});

const histogram = v.strictObject({
  log10Min: v.number(),
  log10Max: v.number(),
  counts: v.pipe(v.array(count), v.maxLength(128)),
});

export const layerSchema = v.strictObject({
  /** Graph path + tensor name + part; equal in two files of the same graph. */
  id: v.string(),
  name: v.string(),
  tensor: v.string(),
  part: v.string(),
  /** The repeated numbered unit it belongs to, such as `encoder.layer.3`; empty where it is in none. */
  block: v.string(),
  op: v.string(),
  role: v.picklist(ROLES),
  dtype: v.picklist(['float32', 'float64', 'float16', 'bfloat16', ...CODE_TYPES]),
  shape,
  parameters: count,
  /** How many matrices are pooled in this entry (the kernel positions of a convolution in compat mode). */
  matrices: count,
  /** Which spectrum of the weight this is. */
  view: v.picklist(['matrix', 'flattened', 'slices']),
  rows: count,
  cols: count,
  status: v.picklist(['ok', 'failed']),
  reason: v.string(),
  metrics: metricsSchema,
  fits: fitsSchema,
  /** What WeightWatcher would print for this weight: its alpha and its label, for comparison. */
  compat: v.strictObject({ alpha: figure, warning: v.string() }),
  esd: histogram,
  /** Of the pooled windows of the FARMS estimate; no counts where none were solved. */
  farmsEsd: histogram,
  findings: v.array(findingSchema),
  /** Descending; only where it was asked for. */
  singularValues: v.optional(v.array(v.number())),
});

export const skippedSchema = v.strictObject({
  tensor: v.string(),
  shape,
  dtype: v.string(),
  reason: v.string(),
});

/** Of one metric over the layers of one role (or of all). */
const distributionSchema = v.strictObject({
  metric: v.string(),
  role: v.string(),
  layers: count,
  failed: count,
  mean: figure,
  weightedMean: figure,
  q1: figure,
  median: figure,
  q3: figure,
});

export const reportSchema = v.strictObject({
  schema: v.literal(REPORT_SCHEMA),
  tool: v.strictObject({ name: v.literal('eigenscope'), version: v.string() }),
  model: v.strictObject({
    file: v.string(),
    format: v.literal('onnx'),
    bytes: count,
    parameters: count,
    irVersion: v.number(),
    opset: v.record(v.string(), v.number()),
    producer: v.string(),
    /** Product of the spectral norms where the graph is a plain chain; null with the reason elsewhere. */
    lipschitz: v.optional(v.strictObject({ bound: figure, weights: count, reason: v.string() })),
  }),
  settings: v.strictObject({
    mode: v.picklist(['robust', 'compat']),
    precision: v.picklist(['exact', 'fast']),
    /** As asked for: auto, cpu, gpu, or a part of an adapter's name. */
    device: v.string(),
    minEigenvalues: count,
    seed: count,
  }),
  compute: v.strictObject({
    backend: v.string(),
    /** Why it is not a faster one; absent where there is none to be had. */
    backendReason: v.optional(v.string()),
    /** The GPU that was looked for; absent where none was. */
    device: v.optional(
      v.strictObject({
        adapter: v.string(),
        /** Layers solved on it; the others were solved on the CPU. */
        layers: count,
        reason: v.string(),
      }),
    ),
    /** What went otherwise than planned, with what was done. */
    notes: v.optional(v.array(v.string())),
    workers: count,
    seconds: v.number(),
    cached: count,
  }),
  layers: v.array(layerSchema),
  skipped: v.array(skippedSchema),
  findings: v.array(findingSchema),
  summary: v.strictObject({
    analyzed: count,
    failed: count,
    analyzedParameters: count,
    findings: v.record(v.string(), count),
    distributions: v.array(distributionSchema),
  }),
});

export type Report = v.InferOutput<typeof reportSchema>;
export type Layer = v.InferOutput<typeof layerSchema>;
export type ReportFinding = v.InferOutput<typeof findingSchema>;
export type SkippedEntry = v.InferOutput<typeof skippedSchema>;
export type Distribution = v.InferOutput<typeof distributionSchema>;
