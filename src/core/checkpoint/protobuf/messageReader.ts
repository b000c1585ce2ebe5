import type { ByteRange } from '../checkpoint.ts';
import { CheckpointError, type CheckpointErrorCode } from '../checkpointError.ts';
import { LIMITS } from '../limits.ts';
import type { WireSource } from './wireSource.ts';

/** A message's name and its fields by number. Fields that are not named are skipped. */
export interface MessageShape {
  readonly message: string;
  readonly fields: Readonly<Record<number, string>>;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

export type ElementKind = 'varint' | 'fixed32' | 'fixed64';

const ELEMENT_WIRES: Readonly<Record<ElementKind, number>> = {
  varint: VARINT,
  fixed32: FIXED32,
  fixed64: FIXED64,
};

const WIRE_NAMES: Readonly<Record<number, string>> = {
  [VARINT]: 'a varint',
  [FIXED64]: '8 bytes',
  [LENGTH]: 'a length and its bytes',
  3: 'a group',
  4: 'the end of a group',
  [FIXED32]: '4 bytes',
};

/**
 * The fields of one protobuf message, in the order of the file. `next` moves to a field; one of the
 * accessors takes its value; what is not taken is skipped without being read. No value ever reaches
 * beyond its parent. Every fault throws CheckpointError with the path of the field.
 *
 * Encoding: https://protobuf.dev/programming-guides/encoding/
 */
export class MessageReader {
  /** Name of the current field in the message's shape; empty for one that is not in it. */
  name = '';
  /** Where the current field's tag begins. */
  tagOffset = 0;

  /** The current field's number. */
  get fieldNumber(): number {
    return this.number;
  }

  private number = 0;
  private wire = 0;
  private position: number;
  private payload = 0;
  private payloadEnd = 0;

  constructor(
    private readonly source: WireSource,
    private readonly shape: MessageShape,
    start: number,
    private readonly end: number,
    private readonly parent?: MessageReader,
    private readonly label = '',
    private readonly depth = 1,
  ) {
    this.position = start;
    this.payloadEnd = start;
    if (depth > LIMITS.messageDepth)
      this.fail(
        'limit-exceeded',
        `is nested more than ${LIMITS.messageDepth} messages deep, which no ONNX runtime opens. Export the model with fewer nested subgraphs.`,
      );
  }

  /** Moves to the next field; false at the message's end. */
  next(): boolean {
    this.position = this.payloadEnd;
    if (this.position >= this.end) return false;
    this.source.countField(this);
    this.tagOffset = this.position;
    this.name = '';
    this.number = 0;
    const tag = this.unsigned();
    this.wire = tag % 8;
    this.number = (tag - this.wire) / 8;
    this.name = this.shape.fields[this.number] ?? '';
    if (this.number < 1 || this.number > 0x1fffffff)
      this.fail(
        'malformed',
        `has a field number of ${this.number}, which protobuf does not allow.`,
      );
    this.payload = this.position;
    this.payloadEnd = this.findEnd();
    return true;
  }

  /** The current field as a signed 64-bit integer; beyond 2^53 the nearest double. */
  integer(): number {
    this.expect(VARINT);
    this.position = this.payload;
    return this.signed();
  }

  /** The current field as a 32-bit floating-point number. */
  float(): number {
    this.expect(FIXED32);
    const bytes = this.source.window.slice(this.payload, 4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
  }

  /**
   * Appends the current field's integers, packed or not, as signed 64-bit integers. No more than `limit`
   * are kept; false where there are more.
   */
  integers(into: number[], limit: number): boolean {
    if (this.wire === VARINT) {
      if (into.length >= limit) return false;
      into.push(this.integer());
      return true;
    }
    this.expect(LENGTH);
    this.position = this.payload;
    while (this.position < this.payloadEnd) {
      if (into.length >= limit) return false;
      into.push(this.signed());
    }
    if (this.position > this.payloadEnd)
      this.fail('malformed', 'ends in the middle of a number. The file is damaged.');
    return true;
  }

  /** The current field as UTF-8 text; bytes that are none become replacement characters. */
  text(): string {
    const { offset, bytes } = this.range();
    if (bytes > LIMITS.nameBytes)
      this.fail(
        'limit-exceeded',
        `is a name of ${bytes} bytes; names of more than ${LIMITS.nameBytes} bytes are not read.`,
      );
    return this.source.text(offset, bytes, this);
  }

  /** Where the current field's bytes lie. */
  range(): ByteRange {
    this.expect(LENGTH);
    return { offset: this.payload, bytes: this.payloadEnd - this.payload };
  }

  /** Where the current field lies, with its tag. */
  get span(): ByteRange {
    return { offset: this.tagOffset, bytes: this.payloadEnd - this.tagOffset };
  }

  /** Whether the current field has a length: text, bytes, a message, or packed numbers. */
  get hasLength(): boolean {
    return this.wire === LENGTH;
  }

  /** Where elements of a field that may be packed lie: all of them if packed, else one with its tag. */
  elements(kind: ElementKind): { readonly packed: boolean; readonly range: ByteRange } {
    if (this.wire === LENGTH) return { packed: true, range: this.range() };
    this.expect(ELEMENT_WIRES[kind]);
    // The readers of unpacked values step over one tag byte each.
    if (this.payload - this.tagOffset !== 1)
      this.fail('malformed', 'has a tag of more bytes than it needs, which no ONNX writer makes.');
    return {
      packed: false,
      range: { offset: this.tagOffset, bytes: this.payloadEnd - this.tagOffset },
    };
  }

  /** The current field as a message, `index` being its place in a repeated field. */
  child(shape: MessageShape, index?: number): MessageReader {
    const { offset, bytes } = this.range();
    const label = index === undefined ? this.name : `${this.name}[${index}]`;
    return new MessageReader(
      this.source,
      shape,
      offset,
      offset + bytes,
      this,
      label,
      this.depth + 1,
    );
  }

  /** Path of this message, such as `graph.node[3].attribute[0]`; empty for the outermost. */
  path(): string {
    const above = this.parent?.path() ?? '';
    return above === '' ? this.label : `${above}.${this.label}`;
  }

  /** Throws a CheckpointError about the current field. `what` follows the field's name and ends the sentence. */
  fail(code: CheckpointErrorCode, what: string, tensor?: string): never {
    const fieldName = this.name || (this.number > 0 ? `field ${this.number}` : '');
    const field = [this.path(), fieldName].filter((part) => part !== '').join('.');
    const { file } = this.source;
    const subject = `the field ${field || this.shape.message} at byte ${this.tagOffset}`;
    const ofTensor = tensor === undefined ? '' : ` of the tensor '${tensor}'`;
    throw new CheckpointError(code, `${file}: ${subject}${ofTensor} ${what}`, {
      file,
      field,
      offset: this.tagOffset,
      ...(tensor === undefined ? {} : { tensor }),
    });
  }

  private findEnd(): number {
    switch (this.wire) {
      case VARINT: {
        this.varint();
        return this.position;
      }
      case FIXED32:
        return this.within(4);
      case FIXED64:
        return this.within(8);
      case LENGTH: {
        const length = this.unsigned();
        this.payload = this.position;
        return this.within(length);
      }
      default:
        return this.fail(
          'malformed',
          `is ${WIRE_NAMES[this.wire] ?? `of the unknown kind ${this.wire}`}, which ONNX files do not hold. The file is damaged; copy or export it again.`,
        );
    }
  }

  private within(bytes: number): number {
    const end = this.position + bytes;
    if (end <= this.end) return end;
    // What is cut off no longer fits the outermost message; inside one that fits, a length lies.
    if (!this.parent) return this.truncated(bytes);
    return this.fail(
      'malformed',
      `says that it is ${bytes} bytes long, but the message around it has ${this.end - this.position} left. The file is damaged; copy or export it again.`,
    );
  }

  private truncated(bytes: number): never {
    return this.fail(
      'truncated',
      `needs ${bytes} bytes from byte ${this.position} on, but the file ends at byte ${this.source.size}. The file was cut off; copy, download or export it again.`,
    );
  }

  private expect(wire: number): void {
    if (this.wire !== wire)
      this.fail(
        'malformed',
        `is ${WIRE_NAMES[this.wire] ?? 'unreadable'}, where ${WIRE_NAMES[wire] ?? ''} is expected. The file is damaged or not an ONNX model.`,
      );
  }

  private low = 0;
  private middle = 0;
  private high = 0;

  /** Reads a varint at `position` into three parts of 28, 28 and 8 bits. */
  private varint(): void {
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let k = 0; ; k++) {
      if (this.position >= this.end) {
        if (!this.parent) this.truncated(1);
        this.fail('malformed', 'is a number that runs past the end of its message.');
      }
      const byte = this.source.window.byte(this.position++);
      const bits = byte & 0x7f;
      if (k < 4) low |= bits << (7 * k);
      else if (k < 8) middle |= bits << (7 * (k - 4));
      else high |= bits << (7 * (k - 8));
      if (byte < 0x80) break;
      if (k === 9)
        this.fail('malformed', 'is a number of more than 10 bytes, which protobuf does not allow.');
    }
    if (high > 0xff)
      this.fail('malformed', 'is a number of more than 64 bits, which protobuf does not allow.');
    this.low = low;
    this.middle = middle;
    this.high = high;
  }

  private unsigned(): number {
    this.varint();
    const value = this.low + this.middle * 2 ** 28 + this.high * 2 ** 56;
    if (!Number.isSafeInteger(value))
      this.fail('malformed', `declares a length of ${value} bytes. The file is damaged.`);
    return value;
  }

  private signed(): number {
    this.varint();
    if (this.high < 0x80) return this.low + this.middle * 2 ** 28 + this.high * 2 ** 56;
    const bits = (BigInt(this.high) << 56n) | (BigInt(this.middle) << 28n) | BigInt(this.low);
    return Number(BigInt.asIntN(64, bits));
  }
}
