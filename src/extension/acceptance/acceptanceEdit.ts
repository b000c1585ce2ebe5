import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';
import { AcceptanceError, parseAcceptance } from '../../core/report/acceptance.ts';
import type { AcceptedEntry } from '../../protocol/reportPanelApi.ts';

/** Replace `length` characters at `offset` by the text. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** The whole text of an `eigenscope.json` with that one entry. */
export function newAcceptanceText(entry: AcceptedEntry): string {
  return `${JSON.stringify({ accepted: [entry] }, undefined, 2)}\n`;
}

/**
 * The smallest edit of an `eigenscope.json` after which it accepts the entry too: one more element, laid out
 * as the file is; where layer and code are accepted already, the new reason. All else stays as it was,
 * comments and line ends too. Throws AcceptanceError for a text that is no list of accepted findings.
 */
export function acceptanceEdit(text: string, file: string, entry: AcceptedEntry): TextEdit {
  const { accepted } = parseAcceptance(text, file);
  const root = parseTree(text, [], { disallowComments: false });
  const list = root && findNodeAtLocation(root, ['accepted']);
  if (!list) throw new AcceptanceError(`${file} has no list "accepted" that could be added to.`);
  const same = accepted.findIndex(
    ({ layer, code }) => layer === entry.layer && code === entry.code,
  );
  const reason = findNodeAtLocation(list, [same, 'reason']);
  if (same >= 0 && reason)
    return { offset: reason.offset, length: reason.length, text: JSON.stringify(entry.reason) };
  return added(text, list, entry);
}

function added(text: string, list: Node, entry: AcceptedEntry): TextEdit {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const last = list.children?.at(-1);
  const unit = indentOf(text, list.offset) || '  ';
  const indent = last ? indentOf(text, last.offset) : `${indentOf(text, list.offset)}${unit}`;
  const element = JSON.stringify(entry, undefined, unit)
    .split('\n')
    .map((line) => `${indent}${line}`)
    .join(eol);
  if (last) return { offset: last.offset + last.length, length: 0, text: `,${eol}${element}` };
  // After the bracket, before what comments there may be in the empty list.
  return {
    offset: list.offset + 1,
    length: 0,
    text: `${eol}${element}${onOneLine(text, list) ? `${eol}${indentOf(text, list.offset)}` : ''}`,
  };
}

function onOneLine(text: string, { offset, length }: Node): boolean {
  return !text.slice(offset, offset + length).includes('\n');
}

/** The white space with which the line begins that holds this place. */
function indentOf(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, at))![0];
}
