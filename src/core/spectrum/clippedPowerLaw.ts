import { fitPowerLaw, type PowerLawTail } from './powerLaw.ts';

export interface ClippedPowerLaw extends PowerLawTail {
  /** The exponent with every value. */
  readonly rawAlpha: number;
  /** Largest values left out; 0 where leaving some out does not lower the exponent. */
  readonly fingers: number;
}

/** How the largest values are left out, one more at a time. */
export interface ClipRule {
  readonly least: number;
  readonly most: number;
  /** Fingers that the reference would print for so many values left out. */
  readonly fingersOf: (removed: number) => number;
}

export const ROBUST_CLIP: ClipRule = { least: 1, most: 9, fingersOf: (removed) => removed };

/** WeightWatcher 0.7.5.5 begins by leaving out two, and prints one fewer than it leaves out. */
export const WEIGHT_WATCHER_CLIP: ClipRule = {
  least: 2,
  most: 9,
  fingersOf: (removed) => removed - 1,
};

/** The exponent must fall by more than this for the values left out to be called fingers. */
const LEAST_DROP = 1;
/** Nothing more is left out once the exponent is as low as this. */
const LEAST_ALPHA = 2;

/**
 * The power law without the few largest values that stand apart from its tail as fingers (`clip_xmax` of
 * WeightWatcher 0.7.5.5, RMT_Util.py): the first fit whose exponent is lower by more than 1 than with
 * every value.
 *
 * @param ascending positive values, ascending
 * @param raw the fit of them all, where it is known
 * @returns null where there are fewer than two values
 */
export function fitClipped(
  ascending: Float64Array,
  rule: ClipRule,
  raw = fitPowerLaw(ascending),
): ClippedPowerLaw | null {
  if (!raw) return null;
  const rawAlpha = raw.alpha;
  // An exponent is above 1, so from 2 it cannot fall by more than 1.
  const most = rawAlpha <= LEAST_ALPHA ? 0 : rule.most;
  for (let removed = rule.least; removed <= most; removed++) {
    const fit = fitPowerLaw(ascending.subarray(0, Math.max(0, ascending.length - removed)));
    if (!fit) break;
    if (fit.alpha + LEAST_DROP < rawAlpha)
      return { ...fit, rawAlpha, fingers: rule.fingersOf(removed) };
    if (fit.alpha <= LEAST_ALPHA) break;
  }
  return { ...raw, rawAlpha, fingers: 0 };
}
