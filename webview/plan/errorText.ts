/** A relative error in percent, with three digits; an en dash where it is not known. */
export function errorText(error: number | null): string {
  if (error === null) return '–';
  return error === 0 ? '0 %' : `${(100 * error).toPrecision(3)} %`;
}
