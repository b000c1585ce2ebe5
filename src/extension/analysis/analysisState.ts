/** Where a checkpoint stands. What it was last found to hold is in the report store, not here. */
export type AnalysisState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'queued' }
  | { readonly kind: 'running'; readonly percent: number }
  | { readonly kind: 'failed'; readonly message: string };
