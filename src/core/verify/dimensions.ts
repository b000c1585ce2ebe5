import type { ModelValue } from './modelRunner.ts';
import { inputsError } from './verifyError.ts';

/** The length chosen for a symbolic axis. */
export interface Dimension {
  readonly name: string;
  readonly length: number;
  /** Nobody gave it: it follows from what the input looks like. */
  readonly assumed: boolean;
}

/** Sides of an image: divisible by 32, as networks that halve five times need it. */
const IMAGE_SIDE = 224;
/** Tokens of a text. */
const TOKENS = 16;
/** Samples of a signal: the frame of speech networks at 16 kHz. */
const FRAME = 512;
const OTHER = 8;

const BATCH = /batch/i;
const PAST = /past/i;

/**
 * A length for every symbolic axis of the inputs: the one given; else 1 for the first axis and for batches, and
 * what suits the look of the input. Throws VerifyError (`inputs`) for a name that no input has.
 */
export function chosenDimensions(
  inputs: readonly ModelValue[],
  given: Readonly<Record<string, number>>,
): readonly Dimension[] {
  const chosen = new Map<string, Dimension>();
  for (const input of inputs)
    input.shape.forEach((name, axis) => {
      if (typeof name === 'number' || chosen.has(name)) return;
      const length = Object.hasOwn(given, name) ? given[name]! : undefined;
      chosen.set(name, {
        name,
        length: length ?? assumedLength(input, name, axis),
        assumed: length === undefined,
      });
    });
  const unknown = Object.keys(given).find((name) => !chosen.has(name));
  if (unknown !== undefined) {
    const names = [...chosen.keys()].map((name) => `'${name}'`).join(', ');
    throw inputsError(
      `--dims names '${unknown}', but ${names === '' ? 'no input has a symbolic axis' : `the symbolic axes are ${names}`}.`,
    );
  }
  return [...chosen.values()];
}

function assumedLength({ shape, type }: ModelValue, name: string, axis: number): number {
  if (axis === 0 || BATCH.test(name)) return 1;
  if (PAST.test(name)) return 0;
  if (isImage(shape)) return IMAGE_SIDE;
  // The hidden state of a recurrent layer is [layers, batch, size].
  if (shape.length === 3 && axis === 1 && typeof shape[2] === 'number' && shape[0] !== 1)
    return typeof shape[0] === 'number' ? 1 : TOKENS;
  if (type.includes('int')) return TOKENS;
  if (shape.length === 2) return FRAME;
  return OTHER;
}

/** Colours on the second or the last of four axes. */
export function isImage(shape: readonly (number | string)[]): boolean {
  const colors = (length: number | string | undefined): boolean =>
    length === 1 || length === 3 || length === 4;
  return shape.length === 4 && (colors(shape[1]) || colors(shape[3]));
}
