import type { Weight } from '../checkpoint/checkpoint.ts';

/**
 * The lines of a weight along its input dimension, by strides in elements: value k of line l of channel c is
 * `tensor[c * channelStep + l * lineStep + k * stride]`. N:M groups and blocks of one scale lie along them.
 */
export interface InputLines {
  /** Inputs: values of one line. */
  readonly length: number;
  readonly stride: number;
  /** Outputs; rows of a table. */
  readonly channels: number;
  readonly channelStep: number;
  /** Lines of one channel: kernel positions of a convolution, matrices of a batch. */
  readonly lines: number;
  readonly lineStep: number;
}

/** Of a table the input dimension is that of its rows, which are stored back to back. */
export function inputLines(weight: Weight): InputLines {
  const { shape, orientation, role, parameters } = weight;
  const [first = 1, second = 1] = shape;
  switch (orientation) {
    case 'conv': {
      const positions = parameters / (first * second);
      return lines([second, positions], [first, second * positions], [positions, 1]);
    }
    case 'conv-transpose': {
      const positions = parameters / (first * second);
      return lines([first, second * positions], [second, positions], [positions, 1]);
    }
    case 'in-out':
    case 'out-in': {
      const batchAxes = weight.division?.batchAxes ?? 0;
      const batch = product(shape.slice(0, batchAxes));
      const rows = product(shape.slice(batchAxes, batchAxes + weight.rowAxes));
      const cols = parameters / batch / rows;
      return orientation === 'out-in' || role === 'embedding'
        ? lines([cols, 1], [rows, cols], [batch, rows * cols])
        : lines([rows, cols], [cols, 1], [batch, rows * cols]);
    }
  }
}

type Run = readonly [count: number, step: number];

function lines([length, stride]: Run, channel: Run, line: Run): InputLines {
  const [channels, channelStep] = channel;
  const [count, lineStep] = line;
  return { length, stride, channels, channelStep, lines: count, lineStep };
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total * length, 1);
}
