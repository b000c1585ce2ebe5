import { gzipSync } from 'node:zlib';
import { FLOAT_BYTES } from '../checkpoint/elementSize.ts';
import { readValues } from '../checkpoint/readValues.ts';
import { inputLines } from '../plan/inputLines.ts';
import type { PlanLayer } from '../plan/plan.ts';
import { prunedByMagnitude, prunedByPattern } from '../plan/prunedValues.ts';
import { encodeFloats, FLOAT_DATA_TYPES } from './encodeFloats.ts';
import type { LayerOutcome, LayerRewrite, Refusal } from './layerRewrite.ts';
import type { NewTensor } from './protoBuilders.ts';
import { relativeError } from './relativeError.ts';
import { RewriteError } from './rewriteError.ts';
import { replaceWeight, type RewriteSite } from './rewriteSite.ts';

type PruneLayer = Extract<PlanLayer, { action: 'prune' }>;

const DENSE =
  'zeros take as much room as other values in dense storage, so the file does not shrink; it does where it is packed';

/**
 * Sets values of a weight to zero where they stand, by magnitude. Every other bit of its values stays.
 *
 * @throws RewriteError `wrong-plan` for a pattern that no weight can have.
 */
export function pruneRewrite(site: RewriteSite, layer: PruneLayer): LayerRewrite | Refusal {
  const { weight, tensor, value, begin } = site;
  const choose = choiceOf(site, layer);
  const length = weight.parameters * FLOAT_BYTES[weight.dtype];
  let outcome: Omit<LayerOutcome, 'added'> | undefined;
  const make = (): Uint8Array => {
    begin();
    const values = readValues(weight.storage);
    const pruned = choose(values);
    const bytes = encodeFloats(values, weight.dtype);
    const before = gzipSync(bytes).length;
    const changed = values.map((each, k) => (pruned[k] === 1 ? 0 : each));
    const width = FLOAT_BYTES[weight.dtype];
    for (const [k, isPruned] of pruned.entries())
      if (isPruned === 1) bytes.fill(0, k * width, (k + 1) * width);
    const zeros = pruned.reduce((count, each) => count + each, 0);
    outcome = {
      id: weight.id,
      tensor: weight.tensor,
      action: 'prune',
      relativeError: relativeError(values, changed),
      parameters: [weight.parameters, weight.parameters - zeros],
      bytes: [length, length],
      gzip: [before, gzipSync(bytes).length],
      note: DENSE,
    };
    return bytes;
  };
  const { raw, external } = tensor.header;
  const isInPlace = raw?.bytes === length && !external && !site.allBeside;
  const made: NewTensor = {
    name: value.name,
    dataType: FLOAT_DATA_TYPES[weight.dtype],
    dims: weight.shape,
    length,
    make,
  };
  const edits = isInPlace
    ? [{ ...raw, pieces: [{ kind: 'made' as const, length, make }] }]
    : replaceWeight(site, [made], []);
  return {
    edits,
    stored: length,
    outcome: () => {
      if (!outcome) throw new RangeError(`${value.name} has not been written`);
      return outcome;
    },
  };
}

function choiceOf(
  { weight }: RewriteSite,
  { pattern, sparsity }: PruneLayer,
): (values: Float64Array) => Uint8Array {
  if (pattern === 'unstructured') return (values) => prunedByMagnitude(values, sparsity);
  const [kept, group] = pattern.split(':').map(Number) as [number, number];
  if (!(kept >= 1 && kept <= group))
    throw new RewriteError(
      'wrong-plan',
      `The plan gives '${weight.tensor}' the pattern ${pattern}, where N:M with N from 1 to M is expected. Correct the plan or make it again.`,
    );
  const lines = inputLines(weight);
  return (values) => prunedByPattern(values, lines, kept, group);
}
