import { CheckpointError, type CheckpointErrorCode } from '../checkpointError.ts';
import { elementType, type ElementType } from './elementTypes.ts';
import type { TensorHeader, TypedValues } from './tensorHeader.ts';

/** Holds what a tensor declares against what is stored; every fault throws a CheckpointError that names it. */
export class TensorCheck {
  constructor(
    private readonly file: string,
    private readonly header: TensorHeader,
    private readonly name: string,
  ) {}

  fail(code: CheckpointErrorCode, what: string): never {
    const { file } = this;
    const { path, offset } = this.header;
    throw new CheckpointError(
      code,
      `${file}: the tensor '${this.name}' (${path || 'tensor'} at byte ${offset}) ${what}`,
      { file, tensor: this.name, field: path, offset },
    );
  }

  /** The product of the dimensions. */
  elements(type: ElementType): number {
    const { dims } = this.header;
    let elements = 1;
    for (const [axis, length] of dims.entries()) {
      if (length < 0)
        this.fail('malformed', `has the shape ${shapeText(dims)}, whose axis ${axis} is negative.`);
      elements *= length;
    }
    // An axis of length 0 makes any shape empty, but not one whose other axes overflow on the way.
    if (!Number.isSafeInteger(elements * Math.max(1, (type.bits ?? 8) / 8)))
      this.fail(
        'malformed',
        `has the shape ${shapeText(dims)}, more values than any file can hold. The file is damaged.`,
      );
    return elements;
  }

  bytes(found: number, expected: number, where: string): void {
    if (found === expected) return;
    const { dims, dataType } = this.header;
    const needs = `has ${found} bytes of ${where}, where its shape ${shapeText(dims)} of ${elementType(dataType).name} needs ${expected}.`;
    if (found < expected)
      this.fail('short-data', `${needs} The file is damaged or incomplete; export it again.`);
    this.fail('malformed', `${needs} The file is damaged; export it again.`);
  }

  count(found: number, expected: number, where: string): void {
    if (found === expected) return;
    const has = Number.isNaN(found) ? 'a broken number of' : String(found);
    const needs = `has ${has} values in ${where}, where its shape ${shapeText(this.header.dims)} needs ${expected}.`;
    if (found < expected)
      this.fail('short-data', `${needs} The file is damaged or incomplete; export it again.`);
    this.fail('malformed', `${needs} The file is damaged; export it again.`);
  }

  /** Types that are not decoded: small ones are packed several to a value, complex ones take two. */
  integers(typed: TypedValues, found: number, elements: number, type: ElementType): void {
    const { bits } = type;
    if (bits === undefined) return;
    if (type.name.startsWith('complex')) this.count(found / 2, elements, typed.field);
    else if (bits >= 8) this.count(found, elements, typed.field);
    else if (found < Math.ceil((elements * bits) / 32) || found > elements)
      this.count(found, elements, typed.field);
  }
}

export function shapeText(dims: readonly number[]): string {
  return dims.length === 0 ? 'of a scalar' : dims.join(' x ');
}
