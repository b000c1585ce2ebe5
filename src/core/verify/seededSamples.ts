import { randomBelow, randomBits } from '../spectrum/randomBits.ts';
import { isImage, type Dimension } from './dimensions.ts';
import type { InputHint } from './inputHints.ts';
import type { ModelValue } from './modelRunner.ts';
import type { Sample } from './sample.ts';
import {
  elementCount,
  isTensorType,
  newValues,
  shapeText,
  type NumberTensor,
  type TensorType,
} from './tensorData.ts';
import { inputsError } from './verifyError.ts';
import { VERIFY_LIMITS } from './verifyLimits.ts';

/** What an input is filled with; the text is for people. */
type Content =
  | { readonly kind: 'ones'; readonly text: string }
  | { readonly kind: 'constant'; readonly value: number; readonly text: string }
  | { readonly kind: 'counting'; readonly text: string }
  | { readonly kind: 'integers'; readonly below: number; readonly text: string }
  | { readonly kind: 'uniform'; readonly low: number; readonly text: string }
  | { readonly kind: 'normal'; readonly text: string };

/** Integers of which the graph says nothing: few, so that they are rows of most tables. */
const UNKNOWN_BELOW = 2;

const MASK = /mask/i;
const POSITION = /position/i;
const STATE = /(^|[^a-z])(state|hidden|cell|h0?|c0?|hn|cn)([^a-z]|$)|state/i;

export interface SeededInput {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** What its values are, in words. */
  readonly content: string;
  /** The same values for the same seed and sample on every machine. */
  readonly values: (seed: number, sample: number) => NumberTensor;
}

/**
 * Inputs made up from their types, shapes and what the graph shows of them: token ids below the rows of their
 * table, masks of ones, positions counting up, images uniform in 0 to 1, recurrent states uniform in -1 to 1,
 * all else standard normal. Throws VerifyError (`inputs`) for an input that cannot be made up.
 */
export function seededInputs(
  inputs: readonly ModelValue[],
  dimensions: readonly Dimension[],
  hints: ReadonlyMap<string, InputHint>,
): readonly SeededInput[] {
  const lengths = new Map(dimensions.map(({ name, length }) => [name, length]));
  return inputs.map((input, place) => {
    const { name, type } = input;
    if (!isTensorType(type))
      throw inputsError(
        `The input '${name}' is of ${type}, which cannot be made up. Give inputs with --inputs.`,
      );
    const shape = input.shape.map((each) => (typeof each === 'number' ? each : lengths.get(each)!));
    if (elementCount(shape) > VERIFY_LIMITS.seededElements)
      throw inputsError(
        `The input '${name}' of ${shapeText(shape)} has more than ${VERIFY_LIMITS.seededElements} values. Give smaller lengths with --dims.`,
      );
    const content = contentOf(input, type, hints.get(name));
    return {
      name,
      type,
      shape,
      content: content.text,
      values: (seed, sample) => filled(type, shape, content, [seed, sample, place]),
    };
  });
}

/** Sample `index` of a seed. */
export function seededSample(inputs: readonly SeededInput[], seed: number, index: number): Sample {
  return {
    label: `sample ${index}`,
    inputs: Object.fromEntries(inputs.map(({ name, values }) => [name, values(seed, index)])),
  };
}

function contentOf(
  { name, shape }: ModelValue,
  type: TensorType,
  hint: InputHint | undefined,
): Content {
  if (MASK.test(name) || type === 'bool') return { kind: 'ones', text: 'ones' };
  if (type === 'float32' || type === 'float64' || type === 'float16') {
    if (isImage(shape)) return { kind: 'uniform', low: 0, text: 'uniform in 0 to 1' };
    if (STATE.test(name)) return { kind: 'uniform', low: -1, text: 'uniform in -1 to 1' };
    return { kind: 'normal', text: 'standard normal' };
  }
  if (hint?.equals !== undefined)
    return { kind: 'constant', value: hint.equals, text: `${hint.equals}, as the graph compares` };
  if (POSITION.test(name)) return { kind: 'counting', text: 'counting from 0' };
  if (hint?.below !== undefined) {
    const below = Math.min(hint.below, maximum(type) + 1);
    return {
      kind: 'integers',
      below,
      text: `integers below ${below}, the rows of the table they look up`,
    };
  }
  const below = type === 'uint8' && isImage(shape) ? 256 : UNKNOWN_BELOW;
  return { kind: 'integers', below, text: `integers below ${below}` };
}

function maximum(type: TensorType): number {
  if (type.endsWith('64')) return 2 ** 32 - 1;
  const bits = Number(type.replace(/\D/g, ''));
  return 2 ** (type.startsWith('u') ? bits : bits - 1) - 1;
}

function filled(
  type: TensorType,
  shape: readonly number[],
  content: Content,
  [seed, sample, place]: readonly [number, number, number],
): NumberTensor {
  const bits = randomBits(seed + 4294967296 * (1 + sample * 64 + place));
  const uniform = (): number => bits() / 4294967296;
  const last = shape.at(-1) ?? 1;
  const values = newValues(type, elementCount(shape));
  const next = valueSource(content, bits, uniform, last);
  const wide = type === 'int64' || type === 'uint64';
  for (let k = 0; k < values.length; k++) {
    const value = next(k);
    values[k] = wide ? BigInt(value) : type === 'float16' ? float16Bits(value) : value;
  }
  return { type, shape, values };
}

function valueSource(
  content: Content,
  bits: () => number,
  uniform: () => number,
  last: number,
): (index: number) => number {
  switch (content.kind) {
    case 'ones':
      return () => 1;
    case 'constant':
      return () => content.value;
    case 'counting':
      return (index) => index % last;
    case 'integers':
      return () => randomBelow(bits, content.below);
    case 'uniform':
      return () => content.low + (1 - content.low) * uniform();
    case 'normal':
      // Box and Muller (1958); 1 - u is never 0.
      return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  }
}

/** Nearest float16 of a number of moderate size, as its 16 bits; ties away from zero. */
function float16Bits(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  // A carry into the exponent is what rounding up to the next power of two means.
  return sign | (((exponent + 15) << 10) + Math.round((size / 2 ** exponent - 1) * 1024));
}
