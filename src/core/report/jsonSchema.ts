import { toJsonSchema } from '@valibot/to-json-schema';
import { ACCEPTANCE_FILE, acceptanceSchema } from './acceptance.ts';
import { COMPRESSION_SCHEMA, compressionSchema } from './compression/compression.ts';
import { REPORT_SCHEMA, reportSchema } from './report.ts';
import { VERIFICATION_SCHEMA, verificationSchema } from './verification/verification.ts';

/** The JSON Schema (draft-07) of a report, as published in `schemas/`. */
export function reportJsonSchema(): object {
  return {
    title: REPORT_SCHEMA,
    description: 'Spectra, figures and findings of every weight matrix of a checkpoint.',
    // JSON has no way to write a number that is not finite.
    ...toJsonSchema(reportSchema, { errorMode: 'throw', ignoreActions: ['finite'] }),
  };
}

/** The JSON Schema (draft-07) of the file of accepted findings, as published in `schemas/`. */
export function acceptanceJsonSchema(): object {
  return {
    title: ACCEPTANCE_FILE,
    description:
      'Findings that are accepted: each with a glob of layer ids, names or tensors, its code, and why.',
    ...toJsonSchema(acceptanceSchema, { errorMode: 'throw' }),
  };
}

/** The JSON Schema (draft-07) of the measured difference of two models, as published in `schemas/`. */
export function verificationJsonSchema(): object {
  return {
    title: VERIFICATION_SCHEMA,
    description: 'How far the outputs of one model are from those of another on the same inputs.',
    ...toJsonSchema(verificationSchema, { errorMode: 'throw', ignoreActions: ['finite'] }),
  };
}

/** The JSON Schema (draft-07) of what applying a plan wrote, as published in `schemas/`. */
export function compressionJsonSchema(): object {
  return {
    title: COMPRESSION_SCHEMA,
    description:
      'What applying a plan wrote: its files, and the measured error of each changed weight.',
    ...toJsonSchema(compressionSchema, { errorMode: 'throw', ignoreActions: ['finite'] }),
  };
}

/** Every schema that is published, by the name of its file. */
export const PUBLISHED_SCHEMAS: Readonly<Record<string, () => object>> = {
  'eigenscope.report-1.schema.json': reportJsonSchema,
  'eigenscope.schema.json': acceptanceJsonSchema,
  'eigenscope.verification-1.schema.json': verificationJsonSchema,
  'eigenscope.compression-1.schema.json': compressionJsonSchema,
};
