import * as v from 'valibot';
import { REPORT_SCHEMA, reportSchema, type Report } from './report.ts';

/** Thrown for a text that is not a report; the message says where it departs from the schema. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

/** Reads a report from JSON text. Throws ReportError naming the first field that is wrong. */
export function parseReport(text: string, file: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ReportError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const result = v.safeParse(reportSchema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new ReportError(
    `${file} is not a report of schema ${REPORT_SCHEMA}: at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}`,
  );
}
