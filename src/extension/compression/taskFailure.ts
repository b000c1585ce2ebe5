import type { Translate } from '../analysis/translate.ts';

/** Errors whose message is a sentence for a person already. */
const SENTENCES: ReadonlySet<string> = new Set([
  'CheckpointError',
  'PlanError',
  'RewriteError',
  'VerifyError',
  'LinalgError',
  'EngineError',
]);

/** What to tell a person where a plan could not be applied. */
export function applyFailure(thrown: unknown, plan: string, t: Translate): string {
  return sentenceOf(thrown) ?? t('{0} could not be applied: {1}', plan, textOf(thrown));
}

/** What to tell a person where two models could not be compared; `platform` is that of this machine. */
export function verifyFailure(
  thrown: unknown,
  models: { readonly a: string; readonly b: string },
  platform: string,
  t: Translate,
): string {
  if ((thrown as { readonly code?: unknown }).code === 'no-runtime')
    return t(
      'ONNX Runtime, which runs both models, is not in this package of Eigenscope, or cannot be loaded here. Install the Eigenscope package made for {0}, or run eigenscope verify on the command line.',
      platform,
    );
  return (
    sentenceOf(thrown) ??
    t('{0} could not be held against {1}: {2}', models.b, models.a, textOf(thrown))
  );
}

function sentenceOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && SENTENCES.has(thrown.name) ? thrown.message : undefined;
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
