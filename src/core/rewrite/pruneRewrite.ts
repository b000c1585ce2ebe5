import type { LayerRewrite, Refusal } from './layerRewrite.ts';
import type { RewriteSite } from './rewriteSite.ts';
import type { RewriteTools } from './rewriteTools.ts';
export function pruneRewrite(
  _s: RewriteSite,
  _l: unknown,
  _t: RewriteTools,
): LayerRewrite | Refusal {
  return { refused: 'x' };
}
