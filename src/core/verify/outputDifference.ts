import { isDistribution, klDivergence, softmaxRows, topOneAgreement } from './distribution.ts';
import { asFloat64, elementCount, shapeText, type TensorData } from './tensorData.ts';

/** Values that are NaN or infinite. */
export interface NonFiniteCounts {
  readonly a: number;
  readonly b: number;
  /** Places where either is, unless both hold the same infinity. */
  readonly differing: number;
}

/** One output of both models on one sample. A figure that cannot be had is null. */
export interface OutputDifference {
  /** ||a - b|| / ||a||; null where a is all 0 and b is not. */
  readonly relativeL2: number | null;
  readonly cosine: number | null;
  readonly maxAbs: number | null;
  /** In nats; null where the output is no distribution. */
  readonly kl: number | null;
  readonly top1: number | null;
  readonly nonFinite: NonFiniteCounts;
  /** Whether A's values are rows of probabilities. */
  readonly probabilities: boolean;
  /** Whether B's are too (or both are logits), so that `kl` means something. */
  readonly comparable: boolean;
  /** Why the two cannot be compared value by value; empty where they can. */
  readonly mismatch: string;
}

const NOTHING: OutputDifference = {
  relativeL2: null,
  cosine: null,
  maxAbs: null,
  kl: null,
  top1: null,
  nonFinite: { a: 0, b: 0, differing: 0 },
  probabilities: false,
  comparable: false,
  mismatch: '',
};

/**
 * How far B's output is from A's. Figures are over the places where both are finite. `logits` reads the last
 * axis as logits. Equal outputs give exactly 0 (cosine and agreement exactly 1).
 */
export function outputDifference(a: TensorData, b: TensorData, logits: boolean): OutputDifference {
  if (a.shape.join() !== b.shape.join())
    return {
      ...NOTHING,
      mismatch: `A gives the shape ${shapeText(a.shape)} and B ${shapeText(b.shape)}`,
    };
  if (a.type === 'string' || b.type === 'string') return textDifference(a, b);
  const valuesA = asFloat64(a);
  const valuesB = asFloat64(b);
  const nonFinite = nonFiniteCounts(valuesA, valuesB);
  const classes = a.shape.at(-1) ?? 0;
  const finite = nonFinite.a === 0 && nonFinite.b === 0;
  const rows = classes >= 2 && valuesA.length > 0 && valuesA.length === elementCount(a.shape);
  const probabilities = !logits && finite && rows && isDistribution(valuesA, classes);
  const asked = rows && (probabilities || logits);
  const comparable = asked && finite && (logits || isDistribution(valuesB, classes));
  const turned = (values: Float64Array): Float64Array =>
    logits ? softmaxRows(values, classes) : values;
  return {
    ...distances(valuesA, valuesB),
    kl: comparable ? klDivergence(turned(valuesA), turned(valuesB), classes) : null,
    top1: asked && finite ? topOneAgreement(valuesA, valuesB, classes) : null,
    nonFinite,
    probabilities,
    comparable,
    mismatch: '',
  };
}

function textDifference(a: TensorData, b: TensorData): OutputDifference {
  if (a.type !== b.type)
    return { ...NOTHING, mismatch: `A gives values of ${a.type} and B of ${b.type}` };
  const unequal = Array.from(a.values as readonly string[]).filter(
    (text, k) => text !== b.values[k],
  ).length;
  return unequal === 0
    ? { ...NOTHING, relativeL2: 0, cosine: 1, maxAbs: 0 }
    : { ...NOTHING, mismatch: `${unequal} of ${a.values.length} texts differ` };
}

function nonFiniteCounts(a: Float64Array, b: Float64Array): NonFiniteCounts {
  let [inA, inB, differing] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    const finiteA = Number.isFinite(a[k]);
    const finiteB = Number.isFinite(b[k]);
    if (finiteA && finiteB) continue;
    if (!finiteA) inA++;
    if (!finiteB) inB++;
    // NaN equals nothing, not even itself.
    if (a[k] !== b[k]) differing++;
  }
  return { a: inA, b: inB, differing };
}

function distances(
  a: Float64Array,
  b: Float64Array,
): Pick<OutputDifference, 'relativeL2' | 'cosine' | 'maxAbs'> {
  let scale = 0;
  let compared = 0;
  for (let k = 0; k < a.length; k++)
    if (Number.isFinite(a[k]) && Number.isFinite(b[k])) {
      scale = Math.max(scale, Math.abs(a[k]!), Math.abs(b[k]!));
      compared++;
    }
  if (compared === 0 && a.length > 0) return { relativeL2: null, cosine: null, maxAbs: null };
  if (scale === 0) return { relativeL2: 0, cosine: 1, maxAbs: 0 };
  let [squaresA, squaresB, product, squares, maxAbs] = [0, 0, 0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    if (!Number.isFinite(a[k]) || !Number.isFinite(b[k])) continue;
    // Scaled, so that no square overflows or vanishes.
    const [x, y] = [a[k]! / scale, b[k]! / scale];
    squaresA += x * x;
    squaresB += y * y;
    product += x * y;
    squares += (x - y) * (x - y);
    maxAbs = Math.max(maxAbs, Math.abs(a[k]! - b[k]!));
  }
  const norms = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  const cosine = squares === 0 ? 1 : norms === 0 ? 0 : Math.max(-1, Math.min(1, product / norms));
  return {
    relativeL2: squaresA === 0 ? null : Math.sqrt(squares / squaresA),
    cosine,
    maxAbs: Number.isFinite(maxAbs) ? maxAbs : null,
  };
}
