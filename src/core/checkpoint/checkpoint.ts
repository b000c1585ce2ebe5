/** Element types whose values are decoded to float64. */
export type FloatType = 'float32' | 'float64' | 'float16' | 'bfloat16';

/** Element types of quantised weights: integers with a scale, or floating-point numbers of 8 bits. */
export const CODE_TYPES = [
  'int2',
  'uint2',
  'int4',
  'uint4',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
] as const;

export type CodeType = (typeof CODE_TYPES)[number];

/** What a weight is stored as. */
export type WeightType = FloatType | CodeType;

/** A run of bytes in a file. */
export interface ByteRange {
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Where the values of a tensor lie. Plain data: it travels to workers and is all that is needed to
 * read the tensor again.
 */
export type TensorStorage = DenseStorage | SparseStorage | QuantisedStorage;

/**
 * Every value of a tensor, in row-major order.
 *
 * - `raw`: little-endian elements of `dtype`, back to back over the segments.
 * - `float32List`, `float64List`: packed `float_data` / `double_data`.
 * - `float32Fields`, `float64Fields`: the same fields unpacked, one tag byte before each element.
 * - `varintList`, `varintFields`: 16-bit patterns of float16 / bfloat16 in `int32_data`.
 */
export interface DenseStorage {
  readonly file: string;
  readonly tensor: string;
  readonly dtype: FloatType;
  readonly elements: number;
  readonly encoding:
    | 'raw'
    | 'float32List'
    | 'float64List'
    | 'float32Fields'
    | 'float64Fields'
    | 'varintList'
    | 'varintFields';
  readonly segments: readonly ByteRange[];
}

/** The values that are not zero, and where each stands. */
export interface SparseStorage {
  readonly file: string;
  readonly tensor: string;
  readonly dtype: FloatType;
  /** Elements of the tensor with its zeros. */
  readonly elements: number;
  readonly encoding: 'sparse';
  readonly shape: readonly number[];
  readonly values: DenseStorage;
  readonly indices: IndexStorage;
}

/**
 * Integers or small floating-point numbers (`codes`) that stand for weights: element k is
 * `(code - zero point) * scale`. Rows are runs along the last axis; each may be stored padded.
 */
export interface QuantisedStorage {
  readonly file: string;
  readonly tensor: string;
  readonly dtype: CodeType;
  /** Of the weights, which may be fewer than the codes where rows are padded. */
  readonly elements: number;
  readonly encoding: 'quantised';
  readonly shape: readonly number[];
  readonly codes: CodeStorage;
  /** Absent where nothing says what one step is: the weights are then in steps. */
  readonly scale?: DenseStorage;
  /** Codes packed as the weights' own, or floating-point numbers. */
  readonly zero?: CodeStorage | DenseStorage;
  /** The zero point where none is stored. */
  readonly zeroDefault: number;
  readonly scales: ScaleLayout;
}

/**
 * Which scale, and zero point, an element has. `inner` is the number of elements behind one place of the
 * quantised axis, `length` that of places; a block is so many neighbouring places.
 */
export type ScaleLayout =
  | { readonly kind: 'one' }
  | { readonly kind: 'axis'; readonly length: number; readonly inner: number }
  | {
      readonly kind: 'block';
      readonly length: number;
      readonly inner: number;
      readonly block: number;
    };

/** Packed codes, lowest bits first; rows begin on whole bytes where they are padded. */
export interface CodeStorage {
  readonly file: string;
  readonly type: CodeType;
  readonly elements: number;
  /** Elements of a row, and codes that are stored for it. */
  readonly row: { readonly elements: number; readonly codes: number };
  readonly encoding: 'raw' | 'varintList' | 'varintFields';
  readonly segments: readonly ByteRange[];
}

/** 64-bit integers: as little-endian bytes, or as varints that are packed or have a tag byte each. */
export interface IndexStorage {
  readonly file: string;
  /** Integers for each value: 1 where they are row-major places, else one for each axis. */
  readonly perValue: number;
  readonly elements: number;
  readonly encoding: 'raw' | 'varintList' | 'varintFields';
  readonly segments: readonly ByteRange[];
}

/**
 * What a weight does: multiplies (`linear`), convolves, also transposed (`conv`), feeds the gates of a
 * recurrent layer, or is a table whose rows are looked up.
 */
export const ROLES = ['linear', 'conv', 'recurrent', 'embedding'] as const;

export type Role = (typeof ROLES)[number];

/**
 * How the axes of the stored tensor are used by the node that consumes it: `in-out` as MatMul's right
 * side `[in, out]` (and a table, as the right side of one-hot rows), `out-in` as Gemm with transB
 * `[out, in]`, `conv` as `[out, in / groups, ...kernel]`, `conv-transpose` as `[in, out / groups, ...kernel]`.
 */
export type Orientation = 'in-out' | 'out-in' | 'conv' | 'conv-transpose';

/**
 * How a weight is cut into matrices that act each on its own: the directions and gates of a recurrent
 * layer, the entries of a batch, query, key and value.
 */
export interface Division {
  /** How many leading axes of `shape` number matrices of one shape; the axes of the rows follow them. */
  readonly batchAxes: number;
  /** What each of these matrices is; they are numbered where this is empty. */
  readonly batchNames: readonly string[];
  /** Which side of each matrix is cut into bands. */
  readonly side: 'rows' | 'cols';
  /** In the order in which they are stored; empty where a matrix is not cut. */
  readonly bands: readonly Band[];
}

/** Neighbouring rows or columns, or several equal runs of them. */
export interface Band {
  readonly name: string;
  readonly start: number;
  /** Of one run. */
  readonly length: number;
  /** Present where runs at equal distances make up the band, as the queries of one head after another. */
  readonly repeats?: Repeats;
}

/** `count` runs in all, each `stride` rows (columns) after the one before. */
export interface Repeats {
  readonly count: number;
  readonly stride: number;
}

/** One tensor of learned weights that has a matrix view. */
export interface Weight {
  /** Graph path + tensor name; equal in two files of the same graph. */
  readonly id: string;
  /** What a person reads; derived from the consuming node's path where the tensor's name says nothing. */
  readonly name: string;
  /** The name in the file. */
  readonly tensor: string;
  /** Operator of the (first) consuming node. */
  readonly op: string;
  readonly role: Role;
  readonly orientation: Orientation;
  readonly dtype: WeightType;
  readonly shape: readonly number[];
  /**
   * How many leading axes of `shape` (after those of a batch) are the rows of the stored matrix; the others
   * are its columns. More than 1 where a Reshape joins axes, as in `[in, heads, size]`, or where axes of
   * length 1 lead.
   */
  readonly rowAxes: number;
  readonly parameters: number;
  /** Convolutions only: number of groups; 1 otherwise. */
  readonly groups: number;
  /** Absent where the weight is one matrix or the groups of a convolution. */
  readonly division?: Division;
  /** Names or paths of every node that uses it, in graph order. */
  readonly consumers: readonly string[];
  readonly storage: TensorStorage;
}

/** An attention as the graph shows it: whose outputs are its heads, one after the other. */
export interface Attention {
  readonly heads: number;
  readonly query: HeadBlocks;
  readonly key: HeadBlocks;
  readonly value: HeadBlocks;
  /** Absent where what joins the heads is no product with a stored weight. */
  readonly output?: HeadBlocks;
}

/** A matrix that heads divide. */
export interface HeadBlocks {
  /** Id of the weight. */
  readonly weight: string;
  /** Name of its part; empty where it is one matrix. */
  readonly part: string;
  /** Which side of the matrix is cut into heads of equal length. */
  readonly side: 'rows' | 'cols';
}

/** A tensor of the file that is not analyzed, and why, in words for a person. */
export interface SkippedTensor {
  readonly tensor: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly reason: string;
}

/** What a checkpoint holds, without its values. Every tensor of the file is in `weights` or in `skipped`. */
export interface Checkpoint {
  readonly file: string;
  readonly format: 'onnx';
  readonly bytes: number;
  /** Files beside the model that hold tensors of it; absent where there are none. */
  readonly externalFiles?: readonly { readonly file: string; readonly bytes: number }[];
  /** Elements of all floating-point tensors, analyzed or not. */
  readonly parameters: number;
  readonly irVersion: number;
  readonly opset: Readonly<Record<string, number>>;
  readonly producer: string;
  /** In graph order: the depth axis of every chart. */
  readonly weights: readonly Weight[];
  /** Of a file with a graph: the attentions in it whose number of heads it shows. */
  readonly attentions?: readonly Attention[];
  readonly skipped: readonly SkippedTensor[];
  /** How the weights follow each other; absent where the file holds no graph. */
  readonly chain?: WeightChain;
}

/** The ids of the weights in the order in which they are applied, or why there is no such order. */
export type WeightChain =
  | { readonly kind: 'chain'; readonly weights: readonly string[] }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * One or more equal-shaped matrices inside a tensor, by strides in elements: element (i, j) of matrix k
 * is `tensor[offsets[k] + i * rowStride + j * colStride]`. More than one offset means that their singular
 * values are pooled (WeightWatcher's view of a convolution).
 */
export interface MatrixView {
  readonly rows: number;
  readonly cols: number;
  readonly rowStride: number;
  readonly colStride: number;
  readonly offsets: readonly number[];
  /**
   * Present where the rows (columns) lie in runs: row `i` is then `(i / length) * stride + i % length` rows
   * of the stored matrix after the first (whole division), and likewise a column. With a single offset.
   */
  readonly runs?: Runs;
}

/** Runs of `length` neighbours on one side of a matrix, each `stride` after the one before. */
export interface Runs {
  readonly side: 'rows' | 'cols';
  readonly length: number;
  readonly stride: number;
}

/** A matrix of a weight, as one entry of the report. `part` is empty where the weight is one matrix. */
export interface WeightPart {
  readonly part: string;
  /** `matrix`, `flattened` (one group of a convolution), or `slices` (pooled kernel positions). */
  readonly kind: 'matrix' | 'flattened' | 'slices';
  readonly view: MatrixView;
}
