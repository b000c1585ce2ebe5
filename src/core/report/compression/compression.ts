import * as v from 'valibot';

/**
 * What applying a plan wrote, `eigenscope.compression/1`. Types and published JSON Schema come from this
 * schema. Every figure is a finite number or null.
 */
export const COMPRESSION_SCHEMA = 'eigenscope.compression/1';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const figure = v.nullable(v.pipe(v.number(), v.finite()));
const change = v.tuple([count, count]);
/** Before, as the plan predicted, and as written. */
const size = v.strictObject({ before: count, predicted: count, written: count });

const layerSchema = v.strictObject({
  id: v.string(),
  name: v.string(),
  tensor: v.string(),
  /** What the plan says. */
  planned: v.picklist(['lowrank', 'prune', 'quantize']),
  /** What was done: `keep` where the planned action could not be, which `refused` explains. */
  action: v.picklist(['keep', 'lowrank', 'prune', 'quantize']),
  refused: v.string(),
  /** Relative Frobenius error of the weight, of its values as they are stored; null where it is not known. */
  error: v.strictObject({ predicted: figure, measured: figure }),
  /** Where the errors are those of the weight's outputs on the plan's inputs instead. */
  errorOf: v.optional(v.literal('outputs')),
  /** Before and after; scales count, the zeros of a pruned weight do not. */
  parameters: change,
  /** In the files, with the names and nodes that were added. */
  bytes: size,
  /** What gzip makes of the values, before and after; of pruned weights, whose storage stays dense. */
  gzip: v.nullable(change),
  note: v.string(),
});

export const compressionSchema = v.strictObject({
  schema: v.literal(COMPRESSION_SCHEMA),
  tool: v.strictObject({ name: v.literal('eigenscope'), version: v.string() }),
  /** The original: its file, the bytes of all of its files, and their hash as in the plan. */
  model: v.strictObject({ file: v.string(), bytes: count, sha256: v.string() }),
  /** The plan's file, and what it does as 16 hexadecimal digits: see planFingerprint. */
  plan: v.strictObject({ file: v.string(), fingerprint: v.string() }),
  /** What was written: the model first, then its external data. */
  files: v.array(v.strictObject({ file: v.string(), bytes: count })),
  /** Of all files. */
  bytes: size,
  /** One for each layer that the plan changes, in the plan's order. */
  layers: v.array(layerSchema),
  /** Whether ONNX Runtime loaded the result before it got its name, and which; else why it was not tried. */
  check: v.strictObject({ loaded: v.boolean(), runtime: v.string(), reason: v.string() }),
  /** What else a person must know. */
  notes: v.array(v.string()),
});

export type Compression = v.InferOutput<typeof compressionSchema>;
export type CompressedLayer = v.InferOutput<typeof layerSchema>;
