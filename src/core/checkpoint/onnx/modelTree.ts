import type { ByteRange } from '../checkpoint.ts';
import type { TensorHeader } from './tensorHeader.ts';

/** An ONNX file as it is nested, without the values of its tensors. */
export interface ModelTree {
  readonly irVersion: number;
  readonly producer: string;
  /** Operator set versions by domain; the standard one is `ai.onnx`. */
  readonly opset: Readonly<Record<string, number>>;
  readonly graph: GraphTree;
  readonly functions: readonly FunctionTree[];
  /** Graphs that only training uses. */
  readonly training: readonly GraphTree[];
}

export interface GraphTree {
  readonly nodes: readonly NodeTree[];
  readonly initializers: readonly TensorHeader[];
  readonly sparse: readonly SparseTree[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Where the field of each input lies, in the order of `inputs`; none of a function's. */
  readonly inputSpans: readonly ByteRange[];
}

export interface FunctionTree {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  readonly body: GraphTree;
  /** Attributes with a default value. */
  readonly defaults: readonly AttributeTree[];
  /** Operator set versions that its nodes mean, by domain. */
  readonly opset: Readonly<Record<string, number>>;
}

export interface NodeTree {
  readonly op: string;
  readonly domain: string;
  readonly overload: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly AttributeTree[];
  /** Module scopes that PyTorch's exporter leaves in the node's metadata, outermost first. */
  readonly moduleScopes: readonly string[];
  /** Where its field lies in the file, with its tag. */
  readonly span: ByteRange;
}

export interface AttributeTree {
  readonly name: string;
  /** Name of the function's attribute that gives the value; empty where the value is here. */
  readonly reference: string;
  /** The `i` field; undefined where the attribute has none. */
  readonly integer: number | undefined;
  readonly integers: readonly number[];
  /** The `f` field; undefined where the attribute has none. */
  readonly float: number | undefined;
  /** The `s` field; undefined where the attribute has none, or a longer one than text is. */
  readonly text: string | undefined;
  readonly tensors: readonly TensorHeader[];
  readonly sparse: readonly SparseTree[];
  readonly graphs: readonly GraphTree[];
}

export interface SparseTree {
  readonly values: TensorHeader;
  readonly indices: TensorHeader | undefined;
  /** Shape of the tensor with its zeros. */
  readonly dims: readonly number[];
}
