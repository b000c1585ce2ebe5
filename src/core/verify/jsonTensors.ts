import { newValues, type NumberTensor } from './tensorData.ts';
import { inputsError } from './verifyError.ts';
import { VERIFY_LIMITS } from './verifyLimits.ts';

/** Of one sample, by the name of the input. */
export type JsonSample = ReadonlyMap<string, NumberTensor>;

/**
 * Samples written as JSON: one object of inputs, or a list of such objects; an input is a number, `true` or
 * `false`, or nested lists of them, which must be of equal lengths. Numbers become float64 where one of them
 * is no whole number and int64 elsewhere; the model's own type is taken when they are matched to it.
 * Throws VerifyError (`inputs`).
 */
export function readJsonSamples(text: string, file: string): readonly JsonSample[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw inputsError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const samples = Array.isArray(value) ? (value as unknown[]) : [value];
  if (samples.length === 0) throw inputsError(`${file} is an empty list; it must hold samples.`);
  return samples.map((sample, k) => {
    if (typeof sample !== 'object' || sample === null || Array.isArray(sample))
      throw inputsError(
        `${file}: sample ${k} is not an object of inputs, such as {"input": [[0.5, 1]]}.`,
      );
    return new Map(
      Object.entries(sample).map(([name, nested]) => [
        name,
        tensorOf(nested, `${file}: input '${name}' of sample ${k}`),
      ]),
    );
  });
}

function tensorOf(nested: unknown, what: string): NumberTensor {
  const shape: number[] = [];
  for (let at = nested; Array.isArray(at); at = at[0]) {
    shape.push(at.length);
    if (shape.length > VERIFY_LIMITS.axes) throw inputsError(`${what} has too many nested lists.`);
  }
  const leaves: (number | boolean)[] = [];
  collect(nested, shape, 0, leaves, what);
  if (leaves.length > 0 && leaves.every((leaf) => typeof leaf === 'boolean'))
    return { type: 'bool', shape, values: Uint8Array.from(leaves, Number) };
  const numbers = leaves.map(Number);
  const whole = numbers.every((each) => Number.isSafeInteger(each));
  const type = whole ? 'int64' : 'float64';
  const values = newValues(type, numbers.length);
  numbers.forEach((each, k) => (values[k] = whole ? BigInt(each) : each));
  return { type, shape, values };
}

function collect(
  value: unknown,
  shape: readonly number[],
  axis: number,
  leaves: (number | boolean)[],
  what: string,
): void {
  if (axis === shape.length) {
    if (typeof value !== 'number' && typeof value !== 'boolean')
      throw inputsError(
        `${what} holds ${JSON.stringify(value).slice(0, 40)} where a number is expected.`,
      );
    leaves.push(value);
    return;
  }
  if (!Array.isArray(value) || value.length !== shape[axis])
    throw inputsError(
      `${what} is ragged: a list along axis ${axis} has ${Array.isArray(value) ? value.length : 'no'} entries, another ${shape[axis]}.`,
    );
  for (const each of value) collect(each, shape, axis + 1, leaves, what);
}
