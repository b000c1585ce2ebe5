import { findNodeAtLocation, parse, parseTree, type ParseError } from 'jsonc-parser';
import { parsePlan, PlanError } from '../../core/plan/parsePlan.ts';
import type { PlanContent } from '../../protocol/planPanelApi.ts';

/** What the text of a plan's file holds; of one that is damaged the first fault, with its line. */
export function planContent(text: string, file: string): PlanContent {
  if (text.trim() === '') return { kind: 'empty' };
  try {
    return { kind: 'plan', plan: parsePlan(text, file) };
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    return { kind: 'fault', message: error.message, line: faultLine(text, error.at) };
  }
}

/** The line of that place in the JSON, or of what makes the text no JSON; from 1, 0 where it is not known. */
function faultLine(text: string, at: readonly (string | number)[]): number {
  const errors: ParseError[] = [];
  parse(text, errors, { allowTrailingComma: false });
  const [first] = errors;
  if (first) return lineOf(text, first.offset);
  const root = parseTree(text);
  if (!root) return 0;
  // What is missing has no place; what it is missing in has one.
  for (let depth = at.length; depth >= 0; depth--) {
    const node = findNodeAtLocation(root, at.slice(0, depth));
    if (node) return lineOf(text, node.offset);
  }
  return 0;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|\r|\n/).length;
}
