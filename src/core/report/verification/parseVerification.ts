import * as v from 'valibot';
import { VERIFICATION_SCHEMA, verificationSchema, type Verification } from './verification.ts';

/** Thrown for a text that is not a verification; the message says where it departs from the schema. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
}

/** Reads a verification from JSON text. Throws VerificationError naming the first field that is wrong. */
export function parseVerification(text: string, file: string): Verification {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new VerificationError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const result = v.safeParse(verificationSchema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new VerificationError(
    `${file} is not a verification of schema ${VERIFICATION_SCHEMA}: at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}`,
  );
}
