import { CheckpointError } from '../checkpointError.ts';
import { LIMITS } from '../limits.ts';
import type { RangeReader } from '../rangeReader.ts';
import { storedView, type AxesView } from './axesView.ts';
import { attributeOf, formalInput, inputValue, type CallFrame } from './callFrame.ts';
import {
  consumptionOf,
  otherUse,
  QUANTISED_OPERATOR,
  type Consumption,
  type ConsumingNode,
} from './consumption.ts';
import { FusedAttention } from './fusedAttention.ts';
import { isGateInput, joinedGates } from './joinedGates.ts';
import { passedOn, type Passing } from './passingOperators.ts';
import type { Dequantiser } from './quantisedContent.ts';
import {
  calledFunction,
  type PlacedFunction,
  type PlacedModel,
  type PlacedNode,
  type Use,
  type Value,
} from './scopes.ts';
import { integerConstant } from './integerConstants.ts';

/** A node that takes a stored tensor in the end, and what it does with it. */
export interface Consumer {
  readonly node: PlacedNode;
  /** Which of its inputs the tensor is. */
  readonly input: number;
  /** Its place in the graph: of the outermost call, then of each one inside, and last its own. */
  readonly order: readonly number[];
  readonly consumption: Consumption;
  /** Where the tensor is quantised: the node that says what its values stand for. */
  readonly dequantiser: Dequantiser | undefined;
}

interface Step {
  readonly value: Value;
  readonly view: AxesView;
  /** Operator that cut or mixed the tensor on the way; empty while it is whole. */
  readonly changedBy: string;
  /** The tensor that all began with. */
  readonly root: Value;
  readonly frame: CallFrame | undefined;
  readonly dequantiser: Dequantiser | undefined;
}

/** Operators whose result holds the tensor's elements, but no longer as one whole tensor. */
const CHANGING = new Set(['Slice', 'Split', 'Concat', 'Pad', 'Expand', 'Tile']);

/** Finds the nodes that take stored tensors, through operators that only pass them on. */
export class GraphWalk {
  private steps = 0;
  private readonly attention: FusedAttention;

  constructor(
    private readonly model: PlacedModel,
    private readonly reader: RangeReader,
  ) {
    this.attention = new FusedAttention(model, reader, () => this.countStep());
  }

  /** Every node that takes the tensor which `value` names, in graph order. */
  consumersOf(value: Value, shape: readonly number[]): readonly Consumer[] {
    const found: Consumer[] = [];
    const seen = new Set<Value>();
    const view = storedView(shape);
    const start = { value, view, changedBy: '', root: value, frame: undefined };
    const open: Step[] = [{ ...start, dequantiser: undefined }];
    for (let step = open.pop(); step; step = open.pop()) {
      this.countStep();
      // Inside a function the same name is met again in every call; a call inside itself ends at the depth limit.
      if (!step.frame && seen.has(step.value)) continue;
      seen.add(step.value);
      for (const use of step.value.uses) this.follow(step, use, open, found);
      this.leave(step, open);
    }
    return found.sort((a, b) => compareOrder(a.order, b.order));
  }

  private follow(step: Step, use: Use, open: Step[], found: Consumer[]): void {
    const { node } = use;
    this.countStep();
    const { tree } = node;
    const called = calledFunction(this.model, node);
    if (called) {
      const inner = this.enter(step, use, called);
      if (inner) open.push(inner);
      return;
    }
    if (CHANGING.has(tree.op)) {
      for (const name of tree.outputs) {
        const to = node.scope.values.get(name);
        if (to) open.push({ ...step, value: to, changedBy: tree.op });
      }
      return;
    }
    const seen: ConsumingNode = {
      op: tree.op,
      domain: tree.domain,
      input: use.input,
      integer: (attribute) => attributeOf(node, attribute, step.frame)?.integer,
      integers: (attribute) => attributeOf(node, attribute, step.frame)?.integers,
      text: (attribute) => attributeOf(node, attribute, step.frame)?.text,
      shapeOf: (input) => inputValue(node, input, step.frame)?.tensor?.header.dims,
      names: [node.tree.name, ...node.tree.moduleScopes, step.root.name],
      constant: (input) => integerConstant(inputValue(node, input, step.frame), this.reader),
    };
    const passed = passedOn(seen, step.view);
    // Of a tensor that was cut or joined the view says nothing any more; only what it is made of does.
    const isChanged = passed.kind === 'stopped' && step.changedBy !== '';
    if (passed.kind === 'passed' || isChanged) {
      const view = passed.kind === 'passed' ? passed.view : step.view;
      const dequantiser = tree.op === 'DequantizeLinear' ? dequantiserAt(step, use) : undefined;
      const next = { ...step, view, dequantiser: step.dequantiser ?? dequantiser };
      this.push(open, next, node, tree.outputs[0]);
      return;
    }
    const order = [...callOrder(step.frame), node.order];
    const consumption = this.consumptionAt(step, seen, node, passed);
    found.push({
      node,
      input: use.input,
      order,
      consumption: this.withAttention(consumption, step, use),
      dequantiser:
        step.dequantiser ??
        (QUANTISED_OPERATOR.test(tree.op) ? dequantiserAt(step, use) : undefined),
    });
  }

  /** With the parts of a product whose outputs are query, key and value. */
  private withAttention(consumption: Consumption, step: Step, { node, input }: Use): Consumption {
    if (consumption.kind === 'other' || consumption.role !== 'linear') return consumption;
    if (consumption.division || input !== 1) return consumption;
    const { stored } = step.view;
    const product = (lengths: readonly number[]): number => lengths.reduce((a, b) => a * b, 1);
    const outputsAreRows = consumption.orientation === 'out-in';
    const rows = product(stored.slice(0, consumption.rowAxes));
    const outputs = outputsAreRows ? rows : product(stored) / rows;
    const bands = this.attention.bandsOf(node, outputs, step.frame);
    if (!bands) return consumption;
    const side = outputsAreRows ? 'rows' : 'cols';
    return { ...consumption, division: { batchAxes: 0, batchNames: [], side, bands } };
  }

  private consumptionAt(
    step: Step,
    seen: ConsumingNode,
    node: PlacedNode,
    passed: Passing,
  ): Consumption {
    const { view, changedBy } = step;
    const plain: Consumption =
      passed.kind === 'stopped' ? otherUse(passed.reason) : consumptionOf(seen, view);
    const isWhole = changedBy === '';
    if (isWhole && plain.kind === 'matrix') return plain;
    if (isGateInput(seen)) {
      const joined = step.frame
        ? undefined
        : joinedGates(seen, node, step.root, this.reader, () => this.countStep());
      return joined ?? (isWhole ? plain : changedUse(changedBy, seen.op));
    }
    return isWhole || plain.kind === 'other' ? plain : changedUse(changedBy, seen.op);
  }

  private enter(step: Step, use: Use, called: PlacedFunction): Step | undefined {
    const value = formalInput(called, use.input);
    if (!value) return undefined;
    const depth = (step.frame?.depth ?? 0) + 1;
    if (depth > LIMITS.callDepth)
      this.fail(`its functions call one another more than ${LIMITS.callDepth} deep`);
    return { ...step, value, frame: { call: use.node, called, outer: step.frame, depth } };
  }

  /** Where the value is a result of its function or of a branch of If, it goes on in the graph outside. */
  private leave(step: Step, open: Step[]): void {
    for (const { scope, index } of step.value.results) {
      const { frame } = step;
      if (frame && scope === frame.called.scope)
        this.push(
          open,
          { ...step, frame: frame.outer },
          frame.call,
          frame.call.tree.outputs[index],
        );
      else if (scope.owner?.tree.op === 'If')
        this.push(open, step, scope.owner, scope.owner.tree.outputs[index]);
    }
  }

  private push(open: Step[], step: Step, node: PlacedNode, name: string | undefined): void {
    const value = name === undefined ? undefined : node.scope.values.get(name);
    if (value) open.push({ ...step, value });
  }

  private countStep(): void {
    if (++this.steps > LIMITS.walkSteps)
      this.fail(`following its tensors takes more than ${LIMITS.walkSteps} steps`);
  }

  private fail(what: string): never {
    const { file } = this.reader;
    throw new CheckpointError(
      'limit-exceeded',
      `${file}: ${what}, which no real model does. The file is damaged or hostile.`,
      { file, field: 'graph' },
    );
  }
}

function changedUse(changedBy: string, op: string): Consumption {
  return otherUse(
    `changed by ${changedBy} before ${op} takes it; such weights are not analyzed in this version`,
  );
}

function dequantiserAt({ view, frame }: Step, { node, input }: Use): Dequantiser {
  const { lengths, axes, stored } = view;
  const asStored = JSON.stringify({ lengths, axes }) === JSON.stringify(axesOf(stored));
  return { node, input, asStored, frame };
}

function axesOf(stored: readonly number[]): Pick<AxesView, 'lengths' | 'axes'> {
  const { lengths, axes } = storedView(stored);
  return { lengths, axes };
}

function callOrder(frame: CallFrame | undefined): readonly number[] {
  return frame ? [...callOrder(frame.outer), frame.call.order] : [];
}

export function compareOrder(a: readonly number[], b: readonly number[]): number {
  for (let k = 0; k < Math.min(a.length, b.length); k++) if (a[k] !== b[k]) return a[k]! - b[k]!;
  return a.length - b.length;
}
