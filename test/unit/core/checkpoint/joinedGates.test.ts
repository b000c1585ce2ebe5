import { describe, expect, test } from 'vitest';
import { matrixViews } from '../../../../src/core/checkpoint/matrixViews.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { gatheredValues } from '../../../../src/engine/sourceValues.ts';
import {
  writeOnnx,
  type ModelSpec,
  type NodeSpec,
  type TensorSpec,
} from '../../../fixtures/onnxModel.ts';
import { integers, op, zeros } from '../../../fixtures/onnxParts.ts';
import { hasRuntime, runOnnx } from '../../../fixtures/onnxRun.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();
const random = seededRandom(7);
let files = 0;

const [HIDDEN, STEPS, INPUTS] = [3, 4, 3];

function weight(name: string, ...dims: readonly number[]): TensorSpec {
  const count = dims.reduce((all, each) => all * each, 1);
  return { name, dims, values: Float32Array.from({ length: count }, () => random.normal()) };
}

const open = (model: ModelSpec) => openCheckpoint(writeOnnx(dir, `${++files}.onnx`, model));

/** Of every part `tensor#part`, its rows `[hidden, columns]` one after the other. */
function partsOf(model: ModelSpec): ReadonlyMap<string, Float64Array> {
  return new Map(
    open(model).weights.flatMap((found) => {
      const values = readValues(found.storage);
      return matrixViews(found, 'robust').parts.map(({ part, view }) => {
        const data = gatheredValues(values, view);
        if (found.orientation === 'out-in') return [`${found.tensor}#${part}`, data] as const;
        const { rows, cols } = view;
        const turned = data.map((_, k) => data[(k % rows) * cols + Math.floor(k / rows)]!);
        return [`${found.tensor}#${part}`, turned] as const;
      });
    }),
  );
}

const GATES = { LSTM: 'iofc', GRU: 'zrh' } as const;
type Op = keyof typeof GATES;

const model = (
  nodes: readonly NodeSpec[],
  initializers: readonly TensorSpec[],
  outputs: readonly string[] = ['y'],
): ModelSpec => ({ nodes, initializers, inputs: ['x'], outputs });

const slice = (
  from: string,
  name: string,
  axis: number,
  start: number,
  end: number,
): NodeSpec[] => [
  op('Constant', [], `${name}0`, { value_ints: [start] }),
  op('Constant', [], `${name}1`, { value_ints: [end] }),
  op('Constant', [], `${name}2`, { value_ints: [axis] }),
  op('Slice', [from, `${name}0`, `${name}1`, `${name}2`], name),
];

/** PyTorch's gates i, f, g, o of a weight `[4 hidden, columns]` in the order of ONNX, with an axis before. */
const fromTorch = (from: string): NodeSpec[] => [
  ...slice(from, `${from}i`, 0, 0, HIDDEN),
  ...slice(from, `${from}o`, 0, 3 * HIDDEN, 4 * HIDDEN),
  ...slice(from, `${from}fg`, 0, HIDDEN, 3 * HIDDEN),
  op('Concat', [`${from}i`, `${from}o`, `${from}fg`], `${from}iofg`, { axis: 0 }),
  op('Unsqueeze', [`${from}iofg`, 'zero'], `${from}3`),
];

const lstm = (w: string, r: string, attributes: NodeSpec['attributes'] = {}): NodeSpec =>
  op('LSTM', ['x', w, r], 'y', { hidden_size: HIDDEN, ...attributes });
const BOTH = { direction: 'bidirectional' };
const ZERO = integers('zero', 0);

/** Where the rows of W and R of a plain layer are in the model: for each direction, a name before each gate. */
interface Case {
  readonly op: Op;
  readonly model: ModelSpec;
  readonly w: readonly string[];
  readonly r: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  'two directions that PyTorch holds apart, gates in its order': {
    op: 'LSTM',
    model: model(
      [
        ...['wf', 'wb', 'rf', 'rb'].flatMap(fromTorch),
        op('Concat', ['wf3', 'wb3'], 'w', { axis: 0 }),
        op('Concat', ['rf3', 'rb3'], 'r', { axis: 0 }),
        lstm('w', 'r', BOTH),
      ],
      [
        weight('wf', 4 * HIDDEN, INPUTS),
        weight('wb', 4 * HIDDEN, INPUTS),
        weight('rf', 4 * HIDDEN, HIDDEN),
        weight('rb', 4 * HIDDEN, HIDDEN),
        ZERO,
      ],
    ),
    w: ['wf#forward', 'wb#backward'],
    r: ['rf#forward', 'rb#backward'],
  },
  'weights that are stored transposed, their gates taken apart by Split': {
    op: 'LSTM',
    model: model(
      [
        op('Transpose', ['k'], 'kt', { perm: [1, 0] }),
        { op: 'Split', inputs: ['kt'], outputs: ['i', 'f', 'c', 'o'], attributes: { axis: 0 } },
        op('Concat', ['i', 'o', 'f', 'c'], 'iofc', { axis: 0 }),
        op('Unsqueeze', ['iofc', 'zero'], 'w'),
        op('Transpose', ['rk'], 'rt', { perm: [1, 0] }),
        op('Reshape', ['rt', 'shape'], 'r'),
        lstm('w', 'r'),
      ],
      [
        weight('k', INPUTS, 4 * HIDDEN),
        weight('rk', HIDDEN, 4 * HIDDEN),
        integers('shape', 1, 4 * HIDDEN, HIDDEN),
        ZERO,
      ],
    ),
    w: ['k#forward'],
    r: ['rk#forward'],
  },
  'W and R in one tensor, cut apart': {
    op: 'GRU',
    model: model(
      [
        ...slice('wr', 'w', 0, 0, 1),
        ...slice('wr', 'r', 0, 1, 2),
        op('GRU', ['x', 'w', 'r'], 'y', { hidden_size: HIDDEN }),
      ],
      [weight('wr', 2, 3 * HIDDEN, HIDDEN)],
    ),
    w: ['wr#GRU #1 W, forward'],
    r: ['wr#GRU #1 R, forward'],
  },
  'both directions in one matrix': {
    op: 'LSTM',
    model: model(
      [
        ...['w', 'r'].map((name) => op('Reshape', [`${name}2`, 'shape'], name)),
        ...slice('all', 'r2', 0, 8 * HIDDEN, 16 * HIDDEN),
        ...slice('all', 'w2', 0, 0, 8 * HIDDEN),
        lstm('w', 'r', BOTH),
      ]
        .sort((a, b) => Number(a.op === 'LSTM') - Number(b.op === 'LSTM'))
        .sort((a, b) => Number(a.op !== 'Constant') - Number(b.op !== 'Constant')),
      [weight('all', 16 * HIDDEN, HIDDEN), integers('shape', 2, 4 * HIDDEN, HIDDEN)],
    ),
    w: ['all#LSTM #1 W, forward', 'all#LSTM #1 W, backward'],
    r: ['all#LSTM #1 R, forward', 'all#LSTM #1 R, backward'],
  },
};

describe.skipIf(!hasRuntime)(
  'a recurrent layer put together from parts computes what its parts in one piece compute',
  () => {
    test.each(Object.entries(CASES))('%s', async (_, each) => {
      const parts = partsOf(each.model);
      const joined = (names: readonly string[]): Float32Array =>
        Float32Array.from(
          names.flatMap((name) =>
            Array.from(GATES[each.op]).flatMap((gate) =>
              Array.from(parts.get(`${name}, gate ${gate}`) ?? []),
            ),
          ),
        );
      expect(parts.size).toBe(2 * each.w.length * GATES[each.op].length);
      const rows = GATES[each.op].length * HIDDEN;
      const directions = each.w.length;
      const plain = model(
        [
          op(each.op, ['x', 'w', 'r'], 'y', {
            hidden_size: HIDDEN,
            ...(directions === 2 ? BOTH : {}),
          }),
        ],
        [
          { name: 'w', dims: [directions, rows, INPUTS], values: joined(each.w) },
          { name: 'r', dims: [directions, rows, HIDDEN], values: joined(each.r) },
        ],
      );
      const x = {
        dims: [STEPS, 1, INPUTS],
        values: weight('x', STEPS * INPUTS).values as Float32Array,
      };
      const [whole, divided] = [await runOnnx(each.model, { x }), await runOnnx(plain, { x })];
      expect(whole['y']!.length).toBe(divided['y']!.length);
      const apart = whole['y']!.map((value, k) => Math.abs(value - divided['y']![k]!));
      // ONNX Runtime multiplies by packed constants in another order of sums: the last bit of float32.
      expect(Math.max(...apart)).toBeLessThan(5e-7);
      expect(Math.max(...whole['y']!.map(Math.abs))).toBeGreaterThan(0.05);
    });
  },
);

describe('where the gates are in a tensor that is put together with others', () => {
  const names = (nodes: readonly NodeSpec[], initializers: readonly TensorSpec[]) =>
    open({ nodes, initializers: [...initializers, ZERO] }).weights.flatMap((found) =>
      matrixViews(found, 'robust').parts.map(({ part }) => `${found.tensor}: ${part}`),
    );

  test('two layers that one tensor holds are told by their nodes', () => {
    const nodes = [
      ...slice('both', 'w', 0, 0, 1),
      ...slice('both', 'v', 0, 1, 2),
      { ...op('RNN', ['x', 'w', 'q'], 'h'), name: '/first/RNN' },
      { ...op('RNN', ['h', 'v', 'q'], 'y'), name: '/second/RNN' },
    ];
    expect(names(nodes, [zeros('both', 2, 3, 4)])).toEqual([
      'both: /first/RNN W, forward',
      'both: /second/RNN W, forward',
    ]);
  });

  test('two directions that share their weights have them once', () => {
    const nodes = [
      op('Unsqueeze', ['w', 'zero'], 'u'),
      op('Concat', ['u', 'u'], 'd', { axis: 0 }),
      op('RNN', ['x', 'd', 'q'], 'y', BOTH),
    ];
    expect(names(nodes, [zeros('w', 3, 4)])).toEqual(['w: forward']);
  });

  const left: readonly (readonly [string, readonly NodeSpec[], RegExp])[] = [
    [
      'rows that no gate is made of',
      [...slice('w', 'h', 0, 0, 4), op('Unsqueeze', ['h', 'zero'], 'u'), lstm('u', 'r')],
      /^only some of its rows are gates of a recurrent layer/,
    ],
    [
      'columns cut off, as of inputs and states in one kernel',
      [...slice('w', 'h', 1, 0, 2), op('Unsqueeze', ['h', 'zero'], 'u'), lstm('u', 'r')],
      /^changed by Slice before LSTM takes it/,
    ],
    [
      'a gate in two pieces',
      [
        ...slice('w', 'a', 0, 0, 1),
        ...slice('w', 'b', 0, 1, 8),
        op('Concat', ['b', 'a'], 'j', { axis: 0 }),
        op('Unsqueeze', ['j', 'zero'], 'u'),
        lstm('u', 'r'),
      ],
      /whose gates are not stored in one piece each$/,
    ],
    [
      'a direction that is computed',
      [
        op('Unsqueeze', ['w', 'zero'], 'u'),
        op('Concat', ['u', 'x'], 'd', { axis: 0 }),
        lstm('d', 'r', BOTH),
      ],
      /^changed by Concat before LSTM takes it/,
    ],
    [
      'itself joined to itself without end',
      [
        ...Array.from({ length: 40 }, (_, k) =>
          op('Concat', k === 0 ? ['w', 'w'] : [`j${k - 1}`, `j${k - 1}`], `j${k}`, { axis: 0 }),
        ),
        lstm('j39', 'r'),
      ],
      /^changed by Concat before LSTM takes it/,
    ],
  ];
  test.each(left)('%s are left out with a reason', (_, nodes, reason) => {
    const { weights, skipped } = open({ nodes, initializers: [zeros('w', 8, 5), ZERO] });
    expect(weights).toEqual([]);
    expect(skipped.find(({ tensor }) => tensor === 'w')!.reason).toMatch(reason);
  });
});
