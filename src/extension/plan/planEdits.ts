import { parseTree, type Node } from 'jsonc-parser';
import type { Plan } from '../../core/plan/plan.ts';

/** Replace `length` characters at `offset` by the text. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** A new plan's file. */
export function newPlanText(plan: Plan): string {
  return `${JSON.stringify(plan, undefined, 2)}\n`;
}

/**
 * The smallest edits of a plan's text after which it holds the plan: only values that are others are
 * replaced, fields that an action has or has not are added and taken away, and all else stays as it was,
 * comments, layout and line ends too. By rising offset, none touching another. A text that is no JSON object
 * is replaced as a whole.
 */
export function planEdits(text: string, plan: Plan): readonly TextEdit[] {
  const root = parseTree(text);
  if (root?.type !== 'object') return [{ offset: 0, length: text.length, text: newPlanText(plan) }];
  const edits: TextEdit[] = [];
  compare(text, root, JSON.parse(JSON.stringify(plan)) as Json, edits);
  return joined(edits.sort((a, b) => a.offset - b.offset || a.length - b.length));
}

/** Edits that touch become one: an editor would leave open which comes first. */
function joined(edits: readonly TextEdit[]): readonly TextEdit[] {
  const whole: TextEdit[] = [];
  for (const edit of edits) {
    const last = whole.at(-1);
    if (last && last.offset + last.length === edit.offset)
      whole[whole.length - 1] = {
        offset: last.offset,
        length: last.length + edit.length,
        text: `${last.text}${edit.text}`,
      };
    else whole.push(edit);
  }
  return whole;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

function compare(text: string, node: Node, wanted: Json, edits: TextEdit[]): void {
  if (Array.isArray(wanted) && node.type === 'array') {
    const items = node.children ?? [];
    if (items.length === wanted.length) {
      for (const [k, item] of items.entries()) compare(text, item, wanted[k] as Json, edits);
      return;
    }
  } else if (isObject(wanted) && node.type === 'object') {
    compareFields(text, node, wanted, edits);
    return;
  } else if (node.type !== 'array' && node.type !== 'object' && node.value === wanted) return;
  edits.push({
    offset: node.offset,
    length: node.length,
    text: laidOut(wanted, indentAt(text, node.offset), text),
  });
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of an object: the key, the value, and where both lie. */
interface Field {
  readonly key: string;
  readonly value: Node;
  readonly node: Node;
}

function fieldsOf(object: Node): readonly Field[] {
  return (object.children ?? []).flatMap((node) => {
    const [key, value] = node.children ?? [];
    return key && value ? [{ key: String(key.value), value, node }] : [];
  });
}

function compareFields(
  text: string,
  object: Node,
  wanted: { readonly [key: string]: Json },
  edits: TextEdit[],
): void {
  const fields = fieldsOf(object);
  const kept = fields.filter(({ key }) => Object.hasOwn(wanted, key));
  if (kept.length === 0) {
    edits.push({
      offset: object.offset,
      length: object.length,
      text: laidOut(wanted, indentAt(text, object.offset), text),
    });
    return;
  }
  for (const { key, value } of kept) compare(text, value, wanted[key]!, edits);
  for (const [k, field] of fields.entries())
    if (!kept.includes(field)) edits.push(removal(fields, k, kept));
  const known = new Set(kept.map(({ key }) => key));
  const keys = Object.keys(wanted);
  for (const [k, key] of keys.entries()) {
    if (known.has(key)) continue;
    // After the field that it follows in a plan, or before all others.
    const before = keys
      .slice(0, k)
      .reverse()
      .find((each) => known.has(each));
    const after = kept.find((field) => field.key === before);
    edits.push(insertion(text, object, after ?? kept[0]!, after !== undefined, key, wanted[key]!));
  }
}

/** With the comma and the white space to the field that stays before it, or after it where it is the first. */
function removal(fields: readonly Field[], at: number, kept: readonly Field[]): TextEdit {
  const { node } = fields[at]!;
  const stays = fields.slice(0, at).some((field) => kept.includes(field));
  const previous = fields[at - 1]?.node;
  if (stays && previous) {
    const offset = previous.offset + previous.length;
    return { offset, length: node.offset + node.length - offset, text: '' };
  }
  const next = fields[at + 1]!.node;
  return { offset: node.offset, length: next.offset - node.offset, text: '' };
}

function insertion(
  text: string,
  object: Node,
  { node }: Field,
  after: boolean,
  key: string,
  value: Json,
): TextEdit {
  const indent = indentAt(text, node.offset);
  const oneLine = !text.slice(object.offset, object.offset + object.length).includes('\n');
  const gap = oneLine ? ' ' : `${endOfLine(text)}${indent}`;
  const field = `${JSON.stringify(key)}: ${laidOut(value, indent, text)}`;
  return after
    ? { offset: node.offset + node.length, length: 0, text: `,${gap}${field}` }
    : { offset: node.offset, length: 0, text: `${field},${gap}` };
}

function laidOut(value: Json, indent: string, text: string): string {
  return JSON.stringify(value, undefined, 2)
    .split('\n')
    .join(`${endOfLine(text)}${indent}`);
}

function endOfLine(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** The white space with which the line begins that holds this place. */
function indentAt(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, at))![0];
}
