import * as v from 'valibot';
import { globMatcher } from './glob.ts';
import { withoutComments } from './jsonComments.ts';
import { findingSchema, type Layer, type Report, type ReportFinding } from './report.ts';

/** The name of the file in which a repository keeps the findings it accepts. */
export const ACCEPTANCE_FILE = 'eigenscope.json';

const said = v.pipe(v.string(), v.regex(/\S/, 'Expected a text that is not empty'));

export const acceptanceSchema = v.strictObject({
  $schema: v.optional(v.string()),
  accepted: v.array(
    v.strictObject({
      /** A glob that the layer's id, name or tensor matches; `*` also for findings of the model. */
      layer: said,
      code: findingSchema.entries.code,
      /** Why it is accepted, for those who read the file later. */
      reason: said,
    }),
  ),
});

export type Acceptance = v.InferOutput<typeof acceptanceSchema>;

/** Thrown for a text that does not list accepted findings; the message says where it departs from the schema. */
export class AcceptanceError extends Error {
  override readonly name = 'AcceptanceError';
}

/** Reads accepted findings from JSON text, which may hold comments. Throws AcceptanceError naming the first field that is wrong. */
export function parseAcceptance(text: string, file: string): Acceptance {
  let value: unknown;
  try {
    // Editors on Windows begin a file with a mark that JSON does not know.
    value = JSON.parse(withoutComments(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    throw new AcceptanceError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const result = v.safeParse(acceptanceSchema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new AcceptanceError(
    `${file} does not list accepted findings as { "accepted": [{ "layer", "code", "reason" }] }: at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}`,
  );
}

/** The findings of the report that are accepted, each with the reason of the first entry that names it. */
export function acceptedFindings(
  report: Report,
  { accepted }: Acceptance,
): ReadonlyMap<ReportFinding, string> {
  const entries = accepted.map((entry) => ({ ...entry, matches: globMatcher(entry.layer) }));
  const reasons = new Map<ReportFinding, string>();
  const accept = (finding: ReportFinding, names: readonly string[]): void => {
    const entry = entries.find(
      ({ code, matches }) => code === finding.code && names.some((name) => matches(name)),
    );
    if (entry) reasons.set(finding, entry.reason);
  };
  for (const finding of report.findings) accept(finding, ['']);
  for (const layer of report.layers)
    for (const finding of layer.findings) accept(finding, namesOf(layer));
  return reasons;
}

function namesOf({ id, name, tensor }: Layer): readonly string[] {
  return [id, name, tensor];
}
