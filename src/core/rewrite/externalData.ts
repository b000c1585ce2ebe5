import { elementType } from '../checkpoint/onnx/elementTypes.ts';
import type { ExternalFiles } from '../checkpoint/onnx/externalFiles.ts';
import { TENSOR } from '../checkpoint/onnx/messageShapes.ts';
import type { PlacedTensor } from '../checkpoint/onnx/scopes.ts';
import type { RangeReader } from '../checkpoint/rangeReader.ts';
import { messageFields } from './messageFields.ts';
import { bytesPiece, type Edit, type Piece } from './piece.ts';
import { externalFields, tensorMessage, type NewTensor } from './protoBuilders.ts';

/** Large values start at a page, as memory maps need it; small ones at what every element type needs. */
const PAGE = 4096;
const SMALL_ALIGNMENT = 64;
const LARGE = 1024 * 1024;

/** Values smaller than this stay in the model's own file, where runtimes read shapes from them. */
const SMALLEST_BESIDE = 1024;

const RAW_FIELDS = new Set(['raw_data']);
const PLACE_FIELDS = new Set(['external_data', 'data_location']);

/** The file of values beside a new model. */
export class ExternalData {
  readonly pieces: Piece[] = [];
  private length = 0;
  private readonly known = new Map<string, number>();

  /**
   * @param location its name, in the model's folder
   * @param everything whether all values that can be beside the model go there
   */
  constructor(
    private readonly location: string,
    readonly everything: boolean,
  ) {}

  get bytes(): number {
    return this.length;
  }

  /** The content of a new tensor's message. */
  write(tensor: NewTensor, beside: boolean): readonly Piece[] {
    const { length, make } = tensor;
    if (length < SMALLEST_BESIDE || !(beside || this.everything)) return tensorMessage(tensor);
    const offset = this.add({ kind: 'made', length, make });
    return tensorMessage(tensor, { location: this.location, offset, length });
  }

  /** What becomes of a tensor that the plan leaves as it is. */
  keep(
    { header, place, name }: PlacedTensor,
    reader: RangeReader,
    files: ExternalFiles,
  ): readonly Edit[] {
    if (header.external) {
      const { bits } = elementType(header.dataType);
      const elements = header.dims.reduce((product, length) => product * length, 1);
      const expected = bits === undefined ? undefined : Math.ceil((elements * bits) / 8);
      const { file, range } = files.locate(header, name, expected);
      return this.moved(header.span, PLACE_FIELDS, reader, file, range.offset, range.bytes);
    }
    const { raw } = header;
    const isMovable = this.everything && place === 'initializer' && raw !== undefined;
    if (!isMovable || raw.bytes < SMALLEST_BESIDE) return [];
    return this.moved(header.span, RAW_FIELDS, reader, reader.file, raw.offset, raw.bytes);
  }

  private moved(
    span: PlacedTensor['header']['span'],
    fields: ReadonlySet<string>,
    reader: RangeReader,
    file: string,
    from: number,
    length: number,
  ): readonly Edit[] {
    const key = JSON.stringify([file, from, length]);
    const offset = this.known.get(key) ?? this.add({ kind: 'copy', length, file, offset: from });
    this.known.set(key, offset);
    const place = [bytesPiece(externalFields({ location: this.location, offset, length }))];
    return messageFields(reader, span, TENSOR)
      .filter(({ name }) => fields.has(name))
      .map(({ span: old }, k) => ({ ...old, pieces: k === 0 ? place : [] }));
  }

  private add(piece: Piece): number {
    const alignment = piece.length >= LARGE ? PAGE : SMALL_ALIGNMENT;
    const offset = Math.ceil(this.length / alignment) * alignment;
    if (offset > this.length) this.pieces.push(bytesPiece(new Uint8Array(offset - this.length)));
    this.pieces.push(piece);
    this.length = offset + piece.length;
    return offset;
  }
}
