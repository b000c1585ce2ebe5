import { STANDARD_DOMAIN } from '../checkpoint/onnx/readModel.ts';
import type { Use } from '../checkpoint/onnx/scopes.ts';
import type { NewNode } from './protoBuilders.ts';
import type { NodeChange } from './rewriteSite.ts';

/** The factors of a stored weight W = L R, as they are or transposed. */
export type FactorForm = 'L' | 'LT' | 'R' | 'RT';

/** How a node that takes the weight takes both factors instead. */
export interface FactorUse {
  readonly needs: readonly FactorForm[];
  readonly wire: (names: Readonly<Record<FactorForm, string>>, fresh: Fresh) => Wiring;
}

export type Fresh = (base: string) => string;

export interface Wiring {
  readonly change: NodeChange;
  readonly before: readonly NewNode[];
  readonly after: readonly NewNode[];
}

/**
 * What takes the place of one use of a weight; undefined where the node needs the weight itself: operators
 * that are not listed here, a node that takes it twice, and attributes that a function's caller gives.
 */
export function factorUse(use: Use): FactorUse | undefined {
  const { node, input } = use;
  const { op, domain, inputs, attributes } = node.tree;
  if (domain !== '' && domain !== STANDARD_DOMAIN) return undefined;
  if (inputs.filter((name) => name === inputs[input]).length > 1) return undefined;
  if (attributes.some(({ reference }) => reference !== '')) return undefined;
  return Object.hasOwn(USES, op) ? USES[op]!(use) : undefined;
}

const USES: Readonly<Record<string, (use: Use) => FactorUse | undefined>> = {
  MatMul: ({ node, input }) =>
    input === 0 ? leftProduct(node, 'L', 'R') : rightProduct(node, 'L', 'R'),
  Gemm: gemmUse,
  Gather: ({ node, input }) => (input === 0 ? tableLookUp(node) : undefined),
  Conv: ({ node, input }) => (isKernel(node, input) ? convolution(node) : undefined),
  ConvTranspose: ({ node, input }) =>
    isKernel(node, input) ? transposedConvolution(node) : undefined,
};

type Node = Use['node'];

/** x W = (x first) second */
function rightProduct(node: Node, first: FactorForm, second: FactorForm): FactorUse {
  return {
    needs: [first, second],
    wire: (names, fresh) => {
      const [x] = node.tree.inputs;
      const product = matMul(node, [x!, names[first]], fresh);
      return wiring({ inputs: { 0: product.outputs[0]!, 1: names[second] } }, [product]);
    },
  };
}

/** W x = first (second x) */
function leftProduct(node: Node, first: FactorForm, second: FactorForm): FactorUse {
  return {
    needs: [first, second],
    wire: (names, fresh) => {
      const product = matMul(node, [names[second], node.tree.inputs[1]!], fresh);
      return wiring({ inputs: { 0: names[first], 1: product.outputs[0]! } }, [product]);
    },
  };
}

/**
 * Gemm keeps its attributes, its bias and one factor, so the product before it must come out transposed
 * where Gemm will transpose it.
 */
function gemmUse({ node, input }: Use): FactorUse | undefined {
  if (input > 1) return undefined;
  const transA = (integer(node, 'transA') ?? 0) !== 0;
  const transB = (integer(node, 'transB') ?? 0) !== 0;
  if (input === 1) {
    const kept: FactorForm = transB ? 'L' : 'R';
    if (!transA) return rightProduct(node, transB ? 'RT' : 'L', kept);
    const first: FactorForm = transB ? 'R' : 'LT';
    return {
      needs: [first, kept],
      wire: (names, fresh) => {
        const product = matMul(node, [names[first], node.tree.inputs[0]!], fresh);
        return wiring({ inputs: { 0: product.outputs[0]!, 1: names[kept] } }, [product]);
      },
    };
  }
  const kept: FactorForm = transA ? 'R' : 'L';
  if (!transB) return leftProduct(node, kept, transA ? 'LT' : 'R');
  const second: FactorForm = transA ? 'L' : 'RT';
  return {
    needs: [kept, second],
    wire: (names, fresh) => {
      const product = matMul(node, [node.tree.inputs[1]!, names[second]], fresh);
      return wiring({ inputs: { 0: names[kept], 1: product.outputs[0]! } }, [product]);
    },
  };
}

/** Rows of the first factor are looked up, and then multiplied by the second. */
function tableLookUp(node: Node): FactorUse | undefined {
  if ((integer(node, 'axis') ?? 0) !== 0) return undefined;
  return {
    needs: ['L', 'R'],
    wire: (names, fresh) => {
      const [output] = node.tree.outputs;
      const middle = fresh(`${output!}_factor`);
      const product: NewNode = {
        name: fresh(`${node.label}_factor`),
        op: 'MatMul',
        inputs: [middle, names.R],
        outputs: [output!],
      };
      return wiring({ inputs: { 0: names.L }, output: middle }, [], [product]);
    },
  };
}

/** The kernel with as many filters as the rank, at the same strides, pads and dilations; then 1 x 1 with the bias. */
function convolution(node: Node): FactorUse {
  return {
    needs: ['R', 'L'],
    wire: (names, fresh) => {
      const [output] = node.tree.outputs;
      const bias = node.tree.inputs[2] ?? '';
      const middle = fresh(`${output!}_factor`);
      const mixing: NewNode = {
        name: fresh(`${node.label}_factor`),
        op: 'Conv',
        inputs: [middle, names.L, ...(bias === '' ? [] : [bias])],
        outputs: [output!],
      };
      return wiring({ inputs: { 1: names.R, 2: null }, output: middle }, [], [mixing]);
    },
  };
}

/** 1 x 1 to as many channels as the rank; then the transposed convolution from these, with its bias. */
function transposedConvolution(node: Node): FactorUse {
  return {
    needs: ['LT', 'R'],
    wire: (names, fresh) => {
      const [x] = node.tree.inputs;
      const middle = fresh(`${node.tree.outputs[0]!}_factor`);
      const mixing: NewNode = {
        name: fresh(`${node.label}_factor`),
        op: 'Conv',
        inputs: [x!, names.LT],
        outputs: [middle],
      };
      return wiring({ inputs: { 0: middle, 1: names.R } }, [mixing]);
    },
  };
}

function isKernel(node: Node, input: number): boolean {
  return input === 1 && (integer(node, 'group') ?? 1) === 1;
}

function matMul(node: Node, inputs: readonly string[], fresh: Fresh): NewNode {
  return {
    name: fresh(`${node.label}_factor`),
    op: 'MatMul',
    inputs,
    outputs: [fresh(`${node.tree.outputs[0]!}_factor`)],
  };
}

function wiring(
  change: NodeChange,
  before: readonly NewNode[],
  after: readonly NewNode[] = [],
): Wiring {
  return { change, before, after };
}

function integer(node: Node, name: string): number | undefined {
  return node.tree.attributes.find((attribute) => attribute.name === name)?.integer;
}
