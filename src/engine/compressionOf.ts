import { planFingerprint } from '../core/plan/planFingerprint.ts';
import type { Plan, PlanLayer } from '../core/plan/plan.ts';
import {
  COMPRESSION_SCHEMA,
  type CompressedLayer,
  type Compression,
} from '../core/report/compression/compression.ts';
import type { LayerOutcome } from '../core/rewrite/layerRewrite.ts';
import type { RewriteOutcome } from '../core/rewrite/rewriteCheckpoint.ts';

export interface Compressed {
  readonly version: string;
  readonly model: Compression['model'];
  readonly plan: Plan;
  readonly planFile: string;
  readonly outcome: RewriteOutcome;
  readonly check: Compression['check'];
}

/** What a rewrite did, beside what its plan predicted. */
export function compressionOf(done: Compressed): Compression {
  const { version, model, plan, planFile, outcome, check } = done;
  const { file, bytes, external, layers } = outcome;
  const saved = plan.layers.reduce((total, layer) => total + layer.bytes[0] - layer.bytes[1], 0);
  const planned = new Map(plan.layers.map((layer) => [layer.id, layer]));
  return {
    schema: COMPRESSION_SCHEMA,
    tool: { name: 'eigenscope', version },
    model,
    plan: { file: planFile, fingerprint: planFingerprint(plan) },
    files: [{ file, bytes }, ...(external ? [external] : [])],
    bytes: {
      before: model.bytes,
      predicted: Math.max(0, model.bytes - saved),
      written: bytes + (external?.bytes ?? 0),
    },
    layers: layers.map((layer) => compressedLayer(planned.get(layer.id)!, layer)),
    check,
    notes: [],
  };
}

function compressedLayer(plan: PlanLayer, done: LayerOutcome): CompressedLayer {
  const isRefused = done.action === 'keep';
  return {
    id: plan.id,
    name: plan.name,
    tensor: plan.tensor,
    planned: plan.action as CompressedLayer['planned'],
    action: done.action,
    refused: isRefused ? done.note : '',
    error: {
      predicted: plan.error,
      measured: plan.errorOf === 'outputs' ? (done.outputError ?? null) : done.relativeError,
    },
    ...(plan.errorOf ? { errorOf: plan.errorOf } : {}),
    parameters: [...done.parameters],
    bytes: { before: done.bytes[0], predicted: plan.bytes[1], written: done.bytes[1] + done.added },
    gzip: done.gzip ? [...done.gzip] : null,
    note: isRefused ? '' : done.note,
  };
}
