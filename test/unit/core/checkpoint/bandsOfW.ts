import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import {
  writeOnnx,
  type FunctionSpec,
  type NodeSpec,
  type TensorSpec,
} from '../../../fixtures/onnxModel.ts';

/** Reads the bands of the one weight `w` of a graph, as `name start+length`, or `whole`. */
export function bandsReader(dir: string) {
  let files = 0;
  return (
    nodes: readonly NodeSpec[],
    initializers: readonly TensorSpec[],
    outputs: readonly string[] = ['y'],
    functions: readonly FunctionSpec[] = [],
  ): string => {
    const model = { nodes, initializers, outputs, inputs: ['x'], functions };
    const { weights } = openCheckpoint(writeOnnx(dir, `${++files}.onnx`, model));
    const weight = weights.find(({ tensor }) => tensor === 'w')!;
    if (!weight.division) return 'whole';
    const { side, bands } = weight.division;
    const runs = bands.map(({ name, start, length, repeats }) => {
      const times = repeats ? `x${repeats.count}/${repeats.stride}` : '';
      return `${name} ${start}+${length}${times}`;
    });
    return [side, ...runs].join(' ');
  };
}
