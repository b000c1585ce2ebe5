import type { TargetKind } from './plan.ts';

/** What a plan is asked for. */
export interface PlanTarget {
  readonly kind: TargetKind;
  readonly value: number;
}

/** Thrown for a target that makes no sense or cannot be met; the message says what can. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}

/** Reads `kind=value`, as the command line has it. Throws TargetError. */
export function parseTarget(text: string): PlanTarget {
  const match = /^([a-z]+)=([0-9.eE+-]+)$/.exec(text);
  const value = Number(match?.[2]);
  const kind = KINDS.find((each) => each === match?.[1]);
  if (!kind || !Number.isFinite(value))
    throw new TargetError(
      `'${text}' is not a target; write one of ${KINDS.join(', ')} and a number, such as parameters=0.7.`,
    );
  const problem = RANGES[kind](value);
  if (problem !== '') throw new TargetError(`The target ${kind}=${match![2]} is ${problem}.`);
  return { kind, value };
}

const KINDS = [
  'parameters',
  'bytes',
  'rank',
  'bits',
  'sparsity',
  'error',
] as const satisfies readonly TargetKind[];

const amount = (value: number): string =>
  value > 0 ? '' : 'not above 0; give a share of the original up to 1, or a number above 1';
const portion = (value: number): string =>
  value > 0 && value <= 1 ? '' : 'not a share above 0 and up to 1';

const RANGES: Readonly<Record<TargetKind, (value: number) => string>> = {
  parameters: amount,
  bytes: amount,
  rank: portion,
  bits: (value) => (value >= 2 && value <= 64 ? '' : 'not a number of bits from 2 to 64'),
  sparsity: (value) => (value >= 0 && value < 1 ? '' : 'not a share from 0 to below 1'),
  error: (value) => (value >= 0 && value <= 1 ? '' : 'not a relative error from 0 to 1'),
};

/** A target of parameters or bytes as a number of them: a share of the whole up to 1, absolute above. */
export function absoluteAmount({ value }: PlanTarget, whole: number): number {
  return Math.floor(value <= 1 ? value * whole : value);
}
