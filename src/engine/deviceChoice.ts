/**
 * What computes beside the CPU's workers: `auto` and `gpu`, the machine's GPU where it is accepted; `cpu`,
 * nothing; else the adapter whose name contains the text, which may be a software adapter.
 */
export type DeviceChoice = 'auto' | 'cpu' | 'gpu' | (string & Record<never, never>);

/** Why such a device cannot be had in exact precision; undefined where it can. */
export function deviceConflict(
  device: DeviceChoice,
  precision: 'exact' | 'fast',
): string | undefined {
  if (precision === 'fast' || device === 'auto' || device === 'cpu') return undefined;
  return `The device '${device}' computes in float32, so it cannot give exact precision: ask for fast precision, or for the device 'auto' or 'cpu'.`;
}

/** Precision where a person asks for none: that of the device that they ask for. */
export function defaultPrecision(device: DeviceChoice): 'exact' | 'fast' {
  return device === 'auto' || device === 'cpu' ? 'exact' : 'fast';
}
