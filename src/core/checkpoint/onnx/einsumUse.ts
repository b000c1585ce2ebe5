import { storedContraction, type AxesView, type AxisUse } from './axesView.ts';
import { batchOf, otherUse, type Consumption, type ConsumingNode } from './consumption.ts';

/**
 * What an Einsum does with one of its operands: it multiplies by it as a matrix where the operand's labels
 * are either contracted with another operand or kept in the result, and lie so that either kind is one
 * side of the stored matrix. Labels that all of them share are a batch.
 */
export function einsumUse(node: ConsumingNode, view: AxesView): Consumption {
  const equation = node.text('equation');
  const operand = node.input;
  if (equation === undefined) return otherUse('an operand of an Einsum without an equation');
  const not = (why: string): Consumption =>
    otherUse(`an operand of the Einsum '${equation}', ${why}`);
  const uses = axisUses(equation, operand, view.lengths.length);
  if (!uses) return not('which does not say what becomes of its axes one by one');
  if (!uses.includes('contracted') || !uses.includes('kept'))
    return not('which does not multiply by it as a matrix');
  const matrix = storedContraction(view, uses);
  if (!matrix) return not('for which it is not stored as one matrix');
  return {
    kind: 'matrix',
    role: 'linear',
    orientation: matrix.transposed ? 'out-in' : 'in-out',
    rowAxes: matrix.rowAxes,
    groups: 1,
    ...batchOf(matrix, view, node.names),
  };
}

/** Undefined where the operand's term has an ellipsis, a label twice, a label that is only summed over, or another number of axes. */
function axisUses(equation: string, operand: number, rank: number): readonly AxisUse[] | undefined {
  const [left, right, ...more] = equation.replace(/\s/g, '').split('->');
  const terms = left!.split(',');
  const own = terms[operand];
  if (more.length > 0 || own === undefined || !/^[A-Za-z]+$/.test(own)) return undefined;
  if (own.length !== rank || new Set(own).size !== rank) return undefined;
  const others = terms.filter((_, k) => k !== operand).join('');
  // Without an arrow the result has the labels that occur once.
  const kept =
    right ??
    Array.from(own)
      .filter((label) => !others.includes(label))
      .join('');
  const uses = Array.from(own, (label): AxisUse | undefined => {
    if (!others.includes(label)) return kept.includes(label) ? 'kept' : undefined;
    return kept.includes(label) ? 'batch' : 'contracted';
  });
  return uses.every((use) => use !== undefined) ? uses : undefined;
}
