/**
 * x^exponent for x >= 0 and a positive exponent, within exponent |log x| units in the last place. By way of log and
 * exp, which every version of V8 computes alike: of Math.pow the last bit differs between them, and a report would
 * differ with it from one Node, or VS Code, to the next.
 */
export function power(x: number, exponent: number): number {
  return Math.exp(exponent * Math.log(x));
}
