import type { Verification } from '../core/report/verification/verification.ts';
import { chosenDimensions } from '../core/verify/dimensions.ts';
import { givenSamples } from '../core/verify/givenSamples.ts';
import { readInputFiles } from '../core/verify/inputFiles.ts';
import type { InputHint } from '../core/verify/inputHints.ts';
import type { ModelValue } from '../core/verify/modelRunner.ts';
import type { Sample } from '../core/verify/sample.ts';
import { seededInputs, seededSample } from '../core/verify/seededSamples.ts';
import { inputsError } from '../core/verify/verifyError.ts';
import { VERIFY_LIMITS } from '../core/verify/verifyLimits.ts';
import type { VerifyRequest } from './verifyRequest.ts';

/** Synthetic samples where nobody says how many. */
const DEFAULT_SAMPLES = 16;

/** Which inputs a model is to be run on. */
export type SampleRequest = Pick<VerifyRequest, 'inputs' | 'rows' | 'samples' | 'dims' | 'seed'>;

export interface ChosenSamples {
  readonly inputs: Verification['inputs'];
  /** Sample `index` below `inputs.samples`. */
  readonly sample: (index: number) => Sample;
}

/** The samples of the files that are given, or seeded ones. Throws VerifyError (`inputs`). */
export function chosenSamples(
  request: SampleRequest,
  values: readonly ModelValue[],
  hints: ReadonlyMap<string, InputHint>,
): ChosenSamples {
  return request.inputs.length > 0 ? given(request, values) : synthetic(request, values, hints);
}

function given(request: SampleRequest, values: readonly ModelValue[]): ChosenSamples {
  if (Object.keys(request.dims).length > 0)
    throw inputsError(
      '--dims gives lengths of inputs that are made up; those of --inputs have theirs. Give one of the two.',
    );
  const samples = givenSamples(readInputFiles(request.inputs), values, {
    limit: request.samples > 0 ? request.samples : VERIFY_LIMITS.samples,
    rows: request.rows,
  });
  const [first] = samples;
  if (!first) throw inputsError(`${request.inputs.join(', ')} holds no samples.`);
  return {
    inputs: {
      kind: 'given',
      sources: [...request.inputs],
      samples: samples.length,
      tensors: Object.entries(first.inputs).map(([name, { type, shape }]) => ({
        name,
        type,
        shape: [...shape],
        content: '',
      })),
      dimensions: [],
    },
    sample: (index) => samples[index]!,
  };
}

function synthetic(
  { seed, samples, dims }: SampleRequest,
  values: readonly ModelValue[],
  hints: ReadonlyMap<string, InputHint>,
): ChosenSamples {
  const dimensions = chosenDimensions(values, dims);
  const inputs = seededInputs(values, dimensions, hints);
  return {
    inputs: {
      kind: 'synthetic',
      sources: [],
      samples: samples > 0 ? Math.min(samples, VERIFY_LIMITS.samples) : DEFAULT_SAMPLES,
      tensors: inputs.map(({ name, type, shape, content }) => ({
        name,
        type,
        shape: [...shape],
        content,
      })),
      dimensions: [...dimensions],
    },
    sample: (index) => seededSample(inputs, seed, index),
  };
}
