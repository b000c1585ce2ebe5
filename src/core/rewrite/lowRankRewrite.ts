import type { DenseWeight } from './denseWeight.ts';
import type { Weight } from '../checkpoint/checkpoint.ts';
import { FLOAT_BYTES } from '../checkpoint/elementSize.ts';
import { FLOAT_DATA_TYPES } from './encodeFloats.ts';
import { encodedFactor, factorShape, type FactorValues } from './factorValues.ts';
import { factorUse, type FactorForm, type FactorUse } from './factorUses.ts';
import type { Use } from '../checkpoint/onnx/scopes.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { LayerRewrite, Refusal } from './layerRewrite.ts';
import type { Edit } from './piece.ts';
import type { NewNode, NewTensor } from './protoBuilders.ts';
import { RewriteError } from './rewriteError.ts';
import {
  changeNode,
  insertAfter,
  insertBefore,
  replaceWeight,
  type RewriteSite,
} from './rewriteSite.ts';

/** TensorProto.DataType */
const INT64 = 7;

const BOTH: readonly FactorForm[] = ['L', 'R'];

/**
 * Replaces a weight by two factors of rank `rank`, once for all nodes that take it: products, table
 * look-ups and convolutions become two, and what needs the weight itself gets the factors' product, which
 * a runtime computes when it loads the model.
 *
 * @param factors called once, when the first value is written
 * @throws RewriteError `wrong-plan` for a rank that is none of the weight.
 */
export function lowRankRewrite(
  site: RewriteSite,
  rank: number,
  factors: () => FactorValues,
): LayerRewrite | Refusal {
  const { weight, value, model } = site;
  const refused = refusalOf(weight);
  if (refused !== '') return { refused };
  const [rows, cols] = factorShape(weight);
  const full = Math.min(rows, cols);
  if (!Number.isInteger(rank) || rank < 1 || rank > full)
    throw new RewriteError(
      'wrong-plan',
      `The plan gives '${weight.tensor}' the rank ${rank}, but a ${rows} x ${cols} matrix has a rank from 1 to ${full}. Correct the plan or make it again.`,
    );
  const direct = value.uses.map((use) => ({ use, taken: usableFactors(site, use) }));
  const isWhole = value.results.length > 0 || direct.some(({ taken }) => taken === undefined);
  // A kernel's factors have more axes than those of a product, so one of both it is.
  const taken = isWhole && weight.shape.length > 2 ? [] : direct.flatMap(asTaken);
  const shapes = taken.length > 0 ? kernelShapes(weight, rank) : undefined;
  const forms = new Set([...taken.flatMap((each) => each.taken.needs), ...(isWhole ? BOTH : [])]);
  const names = factorNames(site);
  const { tensors, made } = factorTensors(site, rank, forms, names, shapes, factors);
  const nodes = transposeNodes(site, forms, names);
  if (isWhole) nodes.push(...productNodes(site, names, tensors));
  const edits: Edit[] = [...replaceWeight(site, tensors, nodes)];
  for (const { use, taken: each } of taken) {
    const { change, before, after } = each.wire(names, site.fresh);
    edits.push(...changeNode(site.reader, use.node, change));
    if (before.length > 0) edits.push(insertBefore(model, use.node, before));
    if (after.length > 0) edits.push(insertAfter(model, use.node, after));
  }
  const after = rank * (rows + cols);
  const bytes = FLOAT_BYTES[weight.dtype];
  return {
    edits,
    stored: after * bytes,
    outcome: () => ({
      id: weight.id,
      tensor: weight.tensor,
      action: 'lowrank',
      relativeError: made.error(),
      parameters: [weight.parameters, after],
      bytes: [weight.parameters * bytes, after * bytes],
      note: isWhole
        ? 'some node needs the weight itself, which is multiplied out when the model is loaded: the file shrinks, that work does not'
        : '',
    }),
  };
}

/** Undefined where the node sees the weight as another matrix than the one that is factorised. */
function usableFactors({ weight, claim }: RewriteSite, use: Use): FactorUse | undefined {
  const { op } = use.node.tree;
  const isKernel = weight.role === 'conv';
  if (isKernel ? op !== weight.op : weight.shape.length !== 2 || KERNEL_OPERATORS.has(op))
    return undefined;
  const taken = factorUse(use);
  return taken && claim(use.node) ? taken : undefined;
}

const KERNEL_OPERATORS = new Set(['Conv', 'ConvTranspose']);

function asTaken({
  use,
  taken,
}: {
  readonly use: Use;
  readonly taken: FactorUse | undefined;
}): { readonly use: Use; readonly taken: FactorUse }[] {
  return taken ? [{ use, taken }] : [];
}

/** Full rank of the matrix that two factors would stand in for; 0 where there is none. */
export function factorRank(weight: Weight): number {
  return refusalOf(weight) === '' ? Math.min(...factorShape(weight)) : 0;
}

/** Empty where the weight is one matrix that can be factorised. */
function refusalOf({ groups, role, division, op }: Weight): string {
  if (groups > 1)
    return `a convolution of ${groups} groups, each with a matrix of its own; two convolutions in its place would be no smaller`;
  if (role === 'recurrent') return `the gates of ${op} are taken as one tensor by that operator`;
  if (division && division.batchAxes > 0) return 'a batch of matrices, not one';
  return '';
}

type Names = Readonly<Record<FactorForm, string>>;

function factorNames({ weight, fresh }: RewriteSite): Names {
  const [L, R] = [fresh(`${weight.tensor}_left`), fresh(`${weight.tensor}_right`)];
  return { L, R, LT: fresh(`${L}_transposed`), RT: fresh(`${R}_transposed`) };
}

/** Shapes of the factors as kernels; undefined for products. */
function kernelShapes(
  { role, orientation, shape }: DenseWeight,
  rank: number,
): Partial<Record<FactorForm, readonly number[]>> | undefined {
  if (role !== 'conv') return undefined;
  const [leading, ...rest] = shape as [number, ...number[]];
  const ones = rest.slice(1).map(() => 1);
  const R = [rank, ...rest];
  if (orientation === 'conv-transpose') return { LT: [rank, leading, ...ones], R };
  return { L: [leading, rank, ...ones], R };
}

function factorTensors(
  { weight, value, begin }: RewriteSite,
  rank: number,
  forms: ReadonlySet<FactorForm>,
  names: Names,
  shapes: Partial<Record<FactorForm, readonly number[]>> | undefined,
  factors: () => FactorValues,
): { readonly tensors: NewTensor[]; readonly made: { error: () => number | null } } {
  const [rows, cols] = factorShape(weight);
  const { dtype } = weight;
  const flat: Record<FactorForm, readonly number[]> = {
    L: [rows, rank],
    LT: [rank, rows],
    R: [rank, cols],
    RT: [cols, rank],
  };
  const stored = [...forms].filter((form) => !isDerived(form, forms)).sort();
  let left: Matrix | undefined;
  let right: Matrix | undefined;
  let error: number | null | undefined;
  const make = (form: FactorForm): Uint8Array => {
    if (error === undefined) {
      begin();
      ({ left, right, relativeError: error } = factors());
    }
    const factor = form.startsWith('L') ? left! : right!;
    // Each is stored once, and then no longer kept.
    if (form.startsWith('L')) left = undefined;
    else right = undefined;
    return encodedFactor(factor, form.endsWith('T'), dtype);
  };
  const tensors = stored.map((form): NewTensor => {
    const dims = shapes?.[form] ?? flat[form];
    const length = (form.startsWith('L') ? rows : cols) * rank * FLOAT_BYTES[dtype];
    return {
      name: names[form],
      dataType: FLOAT_DATA_TYPES[dtype],
      dims,
      length,
      make: () => make(form),
    };
  });
  return {
    tensors,
    made: {
      error: () => {
        if (error === undefined) throw new RangeError(`${value.name} has not been written`);
        return error;
      },
    },
  };
}

/** A transposed factor is computed where the same factor is also stored as it is. */
function isDerived(form: FactorForm, forms: ReadonlySet<FactorForm>): boolean {
  return form.endsWith('T') && forms.has(form.startsWith('L') ? 'L' : 'R');
}

function transposeNodes(
  { fresh }: RewriteSite,
  forms: ReadonlySet<FactorForm>,
  names: Names,
): NewNode[] {
  return [...forms]
    .filter((form) => isDerived(form, forms))
    .map((form) => ({
      name: fresh(`${names[form]}_node`),
      op: 'Transpose',
      inputs: [names[form.startsWith('L') ? 'L' : 'R']],
      outputs: [names[form]],
      attributes: { perm: [1, 0] },
    }));
}

/** The weight itself, under its own name. Adds the tensor of its shape where it has more than two axes. */
function productNodes(
  { weight, value, fresh }: RewriteSite,
  names: Names,
  tensors: NewTensor[],
): readonly NewNode[] {
  const flat = weight.shape.length === 2;
  const product = flat ? value.name : fresh(`${weight.tensor}_product`);
  const matMul: NewNode = {
    name: fresh(`${weight.tensor}_product_node`),
    op: 'MatMul',
    inputs: [names.L, names.R],
    outputs: [product],
  };
  if (flat) return [matMul];
  const shape = fresh(`${weight.tensor}_shape`);
  const bytes = new Uint8Array(BigInt64Array.from(weight.shape, BigInt).buffer);
  tensors.push({
    name: shape,
    dataType: INT64,
    dims: [weight.shape.length],
    length: bytes.length,
    make: () => bytes,
  });
  const reshape: NewNode = {
    name: fresh(`${weight.tensor}_reshape_node`),
    op: 'Reshape',
    inputs: [product, shape],
    outputs: [value.name],
  };
  return [matMul, reshape];
}
