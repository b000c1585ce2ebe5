const CHOICES = [1, 2, 4, 8, 16, 32];

/** Share of what is left over anyway that the iteration may leave more: a quarter of what is accepted. */
const EXCESS = 5e-4;

/**
 * How many steps of subspace iteration with `sample` vectors should leave no more than the best factors of
 * rank `rank`, for this spectrum: the mean-square bound of Halko, Martinsson, Tropp (2011, theorem 10.5)
 * applied to each kept direction. An estimate: what is left over is measured after it.
 */
export function subspaceSteps(values: ArrayLike<number>, rank: number, sample: number): number {
  const least = values[rank]!;
  let tail = 0;
  for (let i = rank; i < values.length; i++) tail += (values[i]! / values[0]!) ** 2;
  const accepted = EXCESS * tail;
  return (
    CHOICES.find((steps) => {
      let excess = 0;
      for (let j = 0; j < rank; j++) {
        const value = values[j]!;
        if (value === 0) break;
        let ratios = 0;
        for (let i = rank; i < values.length; i++)
          ratios += (values[i]! / value) ** (4 * steps + 2);
        const lost = Math.min(1, ratios / (sample - rank));
        excess += (lost * (value ** 2 - least ** 2)) / values[0]! ** 2;
        if (excess > accepted) return false;
      }
      return true;
    }) ?? CHOICES.at(-1)!
  );
}
