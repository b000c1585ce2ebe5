import type { MessageShape } from '../checkpoint/protobuf/messageReader.ts';

/**
 * Protobuf as it is written. Field numbers come from the reader's own table of messages.
 *
 * Encoding: https://protobuf.dev/programming-guides/encoding/
 */

const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

/** Of a field by its name. Throws RangeError for a name that the shape does not have: a fault of ours. */
export function fieldNumber(shape: MessageShape, name: string): number {
  const found = Object.entries(shape.fields).find(([, each]) => each === name);
  if (!found) throw new RangeError(`${shape.message} has no field '${name}'`);
  return Number(found[0]);
}

/** An integer, negative ones in ten bytes. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** What stands before the content of a field of `length` bytes. */
export function lengthHeader(number: number, length: number): Uint8Array {
  return joined(varint(number * 8 + LENGTH), varint(length));
}

/** Writes fields of one message. */
export function fieldsOf(shape: MessageShape): {
  readonly integer: (name: string, value: number) => Uint8Array;
  readonly float: (name: string, value: number) => Uint8Array;
  readonly bytes: (name: string, content: Uint8Array | string) => Uint8Array;
} {
  const tag = (name: string, wire: number): Uint8Array =>
    varint(fieldNumber(shape, name) * 8 + wire);
  return {
    integer: (name, value) => joined(tag(name, VARINT), varint(value)),
    float: (name, value) => {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setFloat32(0, value, true);
      return joined(tag(name, FIXED32), bytes);
    },
    bytes: (name, content) => lengthField(fieldNumber(shape, name), content),
  };
}

export function lengthField(number: number, content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return joined(lengthHeader(number, bytes.length), bytes);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
