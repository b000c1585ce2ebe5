import type { GivenArray, GivenGroup } from './inputFiles.ts';
import { checkShape, entryOf, fittedType } from './fittedInput.ts';
import type { ModelValue } from './modelRunner.ts';
import type { Sample } from './sample.ts';
import type { NumberTensor } from './tensorData.ts';
import { inputsError } from './verifyError.ts';
import { VERIFY_LIMITS } from './verifyLimits.ts';

export interface GivenOptions {
  /** At most so many samples, the first ones. */
  readonly limit: number;
  /** Every row of the first axis is a sample by itself, where the model leaves the length of that axis open. */
  readonly rows: boolean;
}

/** An input and the array given for it. */
interface Matched {
  readonly input: ModelValue;
  readonly array: GivenArray;
  /** How many samples it holds; 0 where it is one that all samples share. */
  readonly entries: number;
  /** Whether an entry keeps the first axis, with length 1. */
  readonly keepAxis: boolean;
}

/**
 * The samples that arrays hold, in the types and shapes that the model's inputs take. An array of one axis more
 * than its input holds a sample in each entry of its first axis; the others are shared by all samples of their
 * group. Throws VerifyError (`inputs`) naming the input, what was found and what is expected.
 */
export function givenSamples(
  groups: readonly GivenGroup[],
  inputs: readonly ModelValue[],
  options: GivenOptions,
): readonly Sample[] {
  const samples: Sample[] = [];
  for (const group of groups) {
    const matched = inputs.map((input, place) =>
      matchedInput(input, arrayFor(input, place, group, inputs), options.rows),
    );
    refuseUnknown(group, matched, inputs);
    const counts = [...new Set(matched.map(({ entries }) => entries).filter((n) => n > 0))];
    if (counts.length > 1)
      throw inputsError(
        `${group.label}: its arrays hold different numbers of samples: ${matched.map(({ input, entries }) => `'${input.name}' ${entries || 'one for all'}`).join(', ')}.`,
      );
    const count = counts[0] ?? 1;
    const most = Math.min(options.limit, VERIFY_LIMITS.samples);
    for (let k = 0; k < count && samples.length < most; k++)
      samples.push(sampleOf(group, matched, k, count));
    if (samples.length === most) break;
  }
  return samples;
}

function arrayFor(
  input: ModelValue,
  place: number,
  { arrays, label }: GivenGroup,
  inputs: readonly ModelValue[],
): GivenArray {
  const named = arrays.filter(({ name }) => name === input.name);
  const [found, second] =
    named.length > 0 ? named : arrays.filter((each) => nameless(each, inputs) && isAt(each, place));
  if (second)
    throw inputsError(`${label}: the input '${input.name}' is given twice. Give each input once.`);
  if (found) return found;
  const names = arrays.map(({ name, what }) => (name === '' ? what : `'${name}'`)).join(', ');
  throw inputsError(
    `${label}: the model's input '${input.name}' is missing. It takes ${inputs.map(({ name }) => `'${name}'`).join(', ')}; given are ${names}.`,
  );
}

/** Test data may carry names of another export; its place counts then. */
function nameless({ name, place }: GivenArray, inputs: readonly ModelValue[]): boolean {
  return name === '' || (place !== undefined && !inputs.some((input) => input.name === name));
}

function isAt({ place }: GivenArray, wanted: number): boolean {
  return (place ?? 0) === wanted;
}

function refuseUnknown(
  group: GivenGroup,
  matched: readonly Matched[],
  inputs: readonly ModelValue[],
): void {
  const unknown = group.arrays.find((each) => !matched.some(({ array }) => array === each));
  if (unknown)
    throw inputsError(
      `${unknown.what} is given, but the model has no input for it${unknown.name === '' ? '' : ` called '${unknown.name}'`}. It takes ${inputs.map(({ name }) => `'${name}'`).join(', ')}.`,
    );
}

function matchedInput(input: ModelValue, array: GivenArray, rows: boolean): Matched {
  const { shape } = array.tensor;
  const more = shape.length === input.shape.length + 1;
  const byRow = !more && rows && typeof input.shape[0] === 'string' && shape.length > 0;
  if ((more || byRow) && shape[0] === 0)
    throw inputsError(`${array.what} holds no samples: its shape is [${shape.join(', ')}].`);
  return { input, array, entries: more || byRow ? shape[0]! : 0, keepAxis: byRow };
}

function sampleOf(
  { label }: GivenGroup,
  matched: readonly Matched[],
  index: number,
  count: number,
): Sample {
  const inputs: Record<string, NumberTensor> = {};
  const lengths = new Map<string, number>();
  for (const { input, array, entries, keepAxis } of matched) {
    const tensor = entries > 0 ? entryOf(array.tensor, index, keepAxis) : array.tensor;
    checkShape(tensor, input, lengths, array.what);
    inputs[input.name] = fittedType(tensor, input, array.what);
  }
  return { label: count === 1 ? label : `${label}[${index}]`, inputs };
}
