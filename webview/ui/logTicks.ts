const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A power of ten as it is written by hand: `10⁻³`. */
export function powerOfTen(exponent: number): string {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]!);
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/**
 * Ticks of a logarithmic axis over [min, max], both above 0: whole decades, thinned to at most `most`;
 * where the range holds fewer than two decades, also 2 and 5 times them, in plain digits.
 */
export function logTicks(min: number, max: number, most: number): Tick[] {
  const first = Math.ceil(Math.log10(min) - 1e-9);
  const last = Math.floor(Math.log10(max) + 1e-9);
  const decades = last - first + 1;
  if (decades >= 2) {
    const step = Math.ceil(decades / most);
    const ticks: Tick[] = [];
    for (let exponent = Math.ceil(first / step) * step; exponent <= last; exponent += step)
      ticks.push({ value: 10 ** exponent, label: powerOfTen(exponent) });
    return ticks;
  }
  const ticks: Tick[] = [];
  for (let exponent = first - 1; exponent <= last + 1; exponent++)
    for (const factor of [1, 2, 5]) {
      const value = factor * 10 ** exponent;
      if (value >= min && value <= max)
        ticks.push({
          value,
          label: factor === 1 ? powerOfTen(exponent) : String(Number(value.toPrecision(3))),
        });
    }
  return ticks;
}
