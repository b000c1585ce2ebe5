import type { WeightChain } from '../checkpoint/checkpoint.ts';
import type { Layer, Report } from './report.ts';

/**
 * A bound on how much the network can stretch a distance between two inputs (Szegedy et al. 2014, 4.3): the
 * product of the spectral norms of its weights, where they are applied one after the other.
 *
 * A convolution is bounded by the root of its kernel positions times the norm of its flattened matrix:
 * every input value is in at most so many patches. Groups act apart, so the largest counts; of other parts
 * of a weight, which stand side by side, the root of the sum of the squares.
 *
 * @param weightOf id of the weight that each layer of `layers` is a part of
 */
export function lipschitzBound(
  chain: WeightChain | undefined,
  layers: readonly Layer[],
  weightOf: (layer: Layer) => string,
): NonNullable<Report['model']['lipschitz']> {
  if (!chain) return none('the file holds no graph');
  if (chain.kind === 'none') return none(chain.reason);
  const parts = new Map<string, Layer[]>();
  for (const layer of layers) {
    const id = weightOf(layer);
    parts.set(id, [...(parts.get(id) ?? []), layer]);
  }
  let bound = 1;
  for (const id of chain.weights) {
    const factor = normBound(parts.get(id) ?? []);
    if (factor === null) return none(`${id} has no spectrum of all of its parts in this report`);
    bound *= factor;
  }
  if (!Number.isFinite(bound)) return none('it is larger than a number can be');
  return { bound, weights: chain.weights.length, reason: '' };
}

function normBound(parts: readonly Layer[]): number | null {
  const [first] = parts;
  if (!first || first.view === 'slices') return null;
  const size = parts.reduce((sum, { parameters }) => sum + parameters, 0);
  if (size !== first.shape.reduce((product, length) => product * length, 1)) return null;
  const norms: number[] = [];
  for (const { metrics } of parts) {
    if (metrics.svMax === null) return null;
    norms.push(metrics.svMax);
  }
  if (first.view === 'matrix') return Math.hypot(...norms);
  const positions = first.shape.slice(2).reduce((product, length) => product * length, 1);
  return Math.sqrt(positions) * Math.max(...norms);
}

function none(reason: string): NonNullable<Report['model']['lipschitz']> {
  return { bound: null, weights: 0, reason };
}
