/**
 * The module path that PyTorch's exporter (torch.onnx, dynamo) writes into a node's metadata: a Python
 * list of strings, outermost module first and the traced node's own name last, as in
 * `['', 'layers.0', 'layers.0.mlp', 'linear_3']`. Returns the modules; empty where there are none.
 */
export function moduleScopesOf(key: string, value: string): readonly string[] {
  if (key !== 'pkg.torch.onnx.name_scopes') return [];
  const quoted = value.match(/'[^']*'|"[^"]*"/g) ?? [];
  return quoted
    .map((text) => text.slice(1, -1))
    .slice(0, -1)
    .filter((scope) => scope !== '');
}
