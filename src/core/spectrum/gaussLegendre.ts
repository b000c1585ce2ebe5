const ORDER = 12;

/**
 * Nodes on [-1, 1] and weights of Gauss's rule of that order (Gauss 1814): roots of the Legendre polynomial
 * by Newton's method from Tricomi's estimate.
 */
function gaussLegendre(order: number): { nodes: number[]; weights: number[] } {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let k = 1; k <= order; k++) {
    let x = Math.cos((Math.PI * (k - 0.25)) / (order + 0.5));
    let slope = 1;
    for (let step = 0; step < 8; step++) {
      let [before, value] = [1, x];
      for (let n = 2; n <= order; n++)
        [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
      slope = (order * (before - x * value)) / (1 - x * x);
      x -= value / slope;
    }
    nodes.push(x);
    weights.push(2 / ((1 - x * x) * slope * slope));
  }
  return { nodes, weights };
}

export const { nodes: GAUSS_NODES, weights: GAUSS_WEIGHTS } = gaussLegendre(ORDER);
