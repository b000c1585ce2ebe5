import * as v from 'valibot';

/**
 * The measured difference of two models, `eigenscope.verification/1`. Types, parser and published JSON Schema all
 * come from this schema. Every figure is a finite number or null; null comes with a reason.
 */
export const VERIFICATION_SCHEMA = 'eigenscope.verification/1';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.finite(), v.minValue(0));

/** A figure over samples: the mean with its 95 % interval (null below 2 samples), and the worst sample's. */
const sampleFigure = v.nullable(
  v.strictObject({
    mean: finite,
    low: v.nullable(finite),
    high: v.nullable(finite),
    worst: finite,
    /** Samples it was taken over. */
    n: count,
  }),
);

const modelSchema = v.strictObject({
  file: v.string(),
  /** Of the model file. */
  bytes: count,
  /** Of its external data beside it. */
  externalBytes: count,
});

/** Nodes of a model as ONNX Runtime ran them on the first sample. */
const placementSchema = v.strictObject({
  /** Run by the provider that was asked for. */
  provider: count,
  /** Run on the CPU instead. */
  cpu: count,
  /** Operators of the latter. */
  cpuOperators: v.array(v.string()),
});

const timesSchema = v.strictObject({ median: positive, q1: positive, q3: positive });

const outputSchema = v.strictObject({
  name: v.string(),
  type: v.string(),
  /** Of the first sample. */
  shape: v.array(count),
  /** How its last axis is read; `kl` and `top1` are null for `none`. */
  distribution: v.picklist(['probabilities', 'logits', 'none']),
  /** ||a - b|| / ||a||. */
  relativeL2: sampleFigure,
  cosine: sampleFigure,
  maxAbs: sampleFigure,
  /** KL(A || B) in nats, the mean over the rows of a sample. */
  kl: sampleFigure,
  /** Share of rows with the same largest value. */
  top1: sampleFigure,
  /** Values that are NaN or infinite over all samples; `differing` without equal infinities in both. */
  nonFinite: v.strictObject({ a: count, b: count, differing: count }),
  /** The sample of the greatest relative error. */
  worstSample: v.nullable(v.strictObject({ index: count, label: v.string(), relativeL2: finite })),
  passed: v.boolean(),
  /** Why it did not pass, or why a figure is null; empty where neither is so. */
  reason: v.string(),
});

const weightSchema = v.strictObject({
  id: v.string(),
  tensor: v.string(),
  shape: v.array(count),
  /** ||A - B||_F / ||A||_F. */
  relativeFrobenius: v.nullable(positive),
  /** ||A - B||_2 / ||A||_2. */
  relativeSpectral: v.nullable(positive),
  /** 10 log10(||A||_F^2 / ||A - B||_F^2) in decibels; null where they are equal. */
  sqnr: v.nullable(finite),
  reason: v.string(),
});

export const verificationSchema = v.strictObject({
  schema: v.literal(VERIFICATION_SCHEMA),
  tool: v.strictObject({ name: v.literal('eigenscope'), version: v.string() }),
  /** What was found, in one or two sentences; says so where the evidence is weak. */
  headline: v.string(),
  passed: v.boolean(),
  a: modelSchema,
  b: modelSchema,
  settings: v.strictObject({
    /** Greatest relative L2 error of any output on any sample that passes. */
    maxError: positive,
    seed: count,
    threads: count,
    /** Execution provider of ONNX Runtime that both models ran on, such as `cpu` or `webgpu`. */
    provider: v.pipe(v.string(), v.minLength(1)),
    runtime: v.string(),
  }),
  inputs: v.strictObject({
    kind: v.picklist(['given', 'synthetic']),
    /** Files as they were given; none for synthetic ones. */
    sources: v.array(v.string()),
    samples: count,
    tensors: v.array(
      v.strictObject({
        name: v.string(),
        type: v.string(),
        /** Of the first sample. */
        shape: v.array(count),
        /** What a synthetic one was filled with; empty for given ones. */
        content: v.string(),
      }),
    ),
    /** Lengths chosen for symbolic axes of synthetic inputs. */
    dimensions: v.array(v.strictObject({ name: v.string(), length: count, assumed: v.boolean() })),
  }),
  interval: v.strictObject({ level: finite, method: v.string(), resamples: count }),
  outputs: v.array(outputSchema),
  /** Milliseconds of one run; A and B by turns on the same sample, after a first run that does not count. */
  latency: v.nullable(
    v.strictObject({
      a: timesSchema,
      b: timesSchema,
      /** Median over pairs of B's time over A's, with its 95 % interval. */
      ratio: v.strictObject({
        median: positive,
        low: v.nullable(positive),
        high: v.nullable(positive),
      }),
      /** Pairs of runs. */
      n: count,
    }),
  ),
  /** Bytes resident at most, each model in a process of its own; `baseline` before the model was loaded. */
  peakMemory: v.strictObject({
    a: v.strictObject({ peak: count, baseline: count }),
    b: v.strictObject({ peak: count, baseline: count }),
  }),
  /** Absent where the provider is the CPU; null where ONNX Runtime does not tell. */
  placement: v.optional(
    v.strictObject({ a: v.nullable(placementSchema), b: v.nullable(placementSchema) }),
  ),
  /** Errors of the weights that both models have, by id; those that were replaced by others are not among them. */
  weights: v.array(weightSchema),
  /** What else a person must know. */
  notes: v.array(v.string()),
});

export type Verification = v.InferOutput<typeof verificationSchema>;
export type VerifiedOutput = Verification['outputs'][number];
export type VerifiedWeight = v.InferOutput<typeof weightSchema>;
export type SampleFigure = NonNullable<VerifiedOutput['relativeL2']>;
