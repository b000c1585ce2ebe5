/** Results of the last `rotate`. */
export let rotationCosine: f64 = 1;
export let rotationSine: f64 = 0;
export let rotationNorm: f64 = 0;

/** Below it a sum of squares has lost digits to underflow. */
const INEXACT_SQUARE: f64 = 1e-280;

/** The plane rotation that takes (f, g) to (norm, 0). Its squares may not overflow. */
export function rotate(f: f64, g: f64): void {
  const square = f * f + g * g;
  if (square < INEXACT_SQUARE) {
    rotateTiny(f, g);
    return;
  }
  const norm = Math.sqrt(square);
  const inverse = 1 / norm;
  rotationCosine = f * inverse;
  rotationSine = g * inverse;
  rotationNorm = norm;
}

function rotateTiny(f: f64, g: f64): void {
  const largest = Math.max(Math.abs(f), Math.abs(g));
  if (largest == 0) {
    rotationCosine = 1;
    rotationSine = 0;
    rotationNorm = 0;
    return;
  }
  const p = f / largest;
  const q = g / largest;
  const norm = Math.sqrt(p * p + q * q);
  rotationCosine = p / norm;
  rotationSine = q / norm;
  rotationNorm = norm * largest;
}
