/** A relative error in percent, with up to three digits; an en dash where it is not known. */
export function errorText(error: number | null): string {
  if (error === null) return '–';
  const percent = 100 * error;
  if (percent === 0) return '0 %';
  if (percent < 0.001) return '< 0.001 %';
  return `${percent.toPrecision(percent < 0.1 ? 2 : 3)} %`;
}
