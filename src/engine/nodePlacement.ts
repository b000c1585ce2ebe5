import * as fs from 'node:fs';
import type { NodePlacement } from '../core/verify/modelRunner.ts';

/** What ONNX Runtime calls its own provider in profiles. */
const CPU = 'CPUExecutionProvider';

/** Copies between memories that ONNX Runtime puts in; no model has them. */
const COPIES: ReadonlySet<unknown> = new Set(['MemcpyToHost', 'MemcpyFromHost']);

/** A profile of one run is some MB; one beyond this is not of our making. */
const MOST_BYTES = 2 ** 29;

/**
 * Where the nodes of a run were run, by the profile that ONNX Runtime wrote of it; each node counts once,
 * however often a loop ran it. Null where there is no such profile, or nothing is in it.
 */
export function nodePlacement(file: string): NodePlacement | null {
  const nodes = new Map<string, { readonly operator: string; readonly provider: string }>();
  for (const event of profileEvents(file)) {
    const { cat, name, args } = event as Readonly<Record<string, unknown>>;
    if (cat !== 'Node' || typeof name !== 'string' || !isObject(args)) continue;
    const { op_name: operator, provider, node_index: index } = args as Record<string, unknown>;
    if (typeof operator !== 'string' || typeof provider !== 'string') continue;
    if (!COPIES.has(operator)) nodes.set(JSON.stringify([name, index]), { operator, provider });
  }
  if (nodes.size === 0) return null;
  const onCpu = [...nodes.values()].filter(({ provider }) => provider === CPU);
  return {
    provider: nodes.size - onCpu.length,
    cpu: onCpu.length,
    cpuOperators: [...new Set(onCpu.map(({ operator }) => operator))].sort(),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function profileEvents(file: string): readonly object[] {
  try {
    if (fs.statSync(file).size > MOST_BYTES) return [];
    const events: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    return Array.isArray(events) ? events.filter(isObject) : [];
  } catch {
    return [];
  }
}
