import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type {
  PlanPanelHost,
  PlanSourceRequest,
  SourceProgress,
} from '../../src/protocol/planPanelApi.ts';
import { Planning } from './planning.ts';

/** Where what plans are made from stands. */
export type SourceState =
  | { readonly state: 'none' }
  | { readonly state: 'loading'; readonly progress: SourceProgress }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'loaded'; readonly planning: Planning };

export interface SourceHandle {
  readonly source: SourceState;
  /** Resolves to what plans are made with; undefined where it was cancelled or failed. */
  readonly load: (request: PlanSourceRequest) => Promise<Planning | undefined>;
  readonly cancel: () => void;
  /** Forgets it: it is of another model. */
  readonly drop: () => void;
}

/** Gets from the host what plans are made from, and keeps it for as long as the page is there. */
export function usePlanSource(host: PlanPanelHost, version: string): SourceHandle {
  const [source, setSource] = useState<SourceState>({ state: 'none' });
  const abort = useRef<AbortController>(undefined);
  const cancel = useCallback(() => abort.current?.abort(), []);
  useEffect(() => cancel, [cancel]);
  const load = useCallback(
    async (request: PlanSourceRequest): Promise<Planning | undefined> => {
      abort.current?.abort();
      const own = new AbortController();
      abort.current = own;
      const isLast = (): boolean => abort.current === own;
      setSource({ state: 'loading', progress: { percent: 0, line: '' } });
      try {
        const found = await host.source(request, {
          signal: own.signal,
          onProgress: (progress) => {
            if (isLast()) setSource({ state: 'loading', progress });
          },
        });
        if (!isLast()) return undefined;
        const planning = new Planning(found, request.needs, version);
        setSource({ state: 'loaded', planning });
        return planning;
      } catch (error) {
        if (!isLast()) return undefined;
        const message = error instanceof Error ? error.message : String(error);
        setSource(own.signal.aborted ? { state: 'none' } : { state: 'failed', message });
        return undefined;
      }
    },
    [host, version],
  );
  const drop = useCallback(() => setSource({ state: 'none' }), []);
  return { source, load, cancel, drop };
}
