import type { ByteRange } from '../checkpoint/checkpoint.ts';
import { MessageReader, type MessageShape } from '../checkpoint/protobuf/messageReader.ts';
import { WireSource } from '../checkpoint/protobuf/wireSource.ts';
import type { RangeReader } from '../checkpoint/rangeReader.ts';

export interface MessageField {
  /** Empty for one that the shape does not name. */
  readonly name: string;
  readonly span: ByteRange;
}

const OUTER: MessageShape = { message: 'message', fields: {} };

/** The fields of the message that the field at `span` holds, in the order of the file. */
export function messageFields(
  reader: RangeReader,
  span: ByteRange,
  shape: MessageShape,
): readonly MessageField[] {
  const source = new WireSource(reader);
  const outer = new MessageReader(source, OUTER, span.offset, span.offset + span.bytes);
  if (!outer.next()) return [];
  const inner = outer.child(shape);
  const fields: MessageField[] = [];
  while (inner.next()) fields.push({ name: inner.name, span: inner.span });
  return fields;
}
