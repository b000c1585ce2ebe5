import type { VerifyRequest } from './verifyRequest.ts';

/** What a model is run on so that a plan goes by the outputs of its weights: files, or seeded inputs where there are none. */
export interface CalibrationRequest extends Pick<
  VerifyRequest,
  'inputs' | 'rows' | 'samples' | 'seed' | 'dims'
> {
  /** Measure what each weight's error does to the outputs of the model, and weigh it by that. */
  readonly sensitivity: boolean;
}
