import type { OnnxModel } from '../checkpoint/onnx/onnxCheckpoint.ts';

/** Every name of a value or a node. */
export function graphNames({ placed, tree }: OnnxModel): Set<string> {
  const names = new Set<string>([...tree.graph.inputs, ...tree.graph.outputs]);
  for (const { header, name } of placed.tensors) names.add(name).add(header.name);
  for (const { tree: node, scope, label } of placed.nodes) {
    for (const each of [label, node.name, ...node.inputs, ...node.outputs]) names.add(each);
    for (const each of scope.values.keys()) names.add(each);
  }
  return names;
}
