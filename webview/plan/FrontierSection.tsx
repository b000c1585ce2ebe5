import { useEffect, useMemo, useState } from 'preact/hooks';
import { frontier, frontierLines, type FrontierSeries } from '../../src/core/plan/frontier.ts';
import { lockedWeights } from '../../src/core/plan/lockedWeights.ts';
import type { Plan } from '../../src/core/plan/plan.ts';
import type { PlanRequest } from '../../src/core/plan/planRequest.ts';
import { Chart } from '../ui/Chart.tsx';
import { t } from '../ui/localise.ts';
import { frontierChart, pickedPoint } from './frontierChart.ts';
import { covers, needsOf, type Locks, type Planning } from './planning.ts';

export interface FrontierSectionProps {
  readonly plan: Plan;
  /** Undefined where no other plan can be made. */
  readonly planning: Planning | undefined;
  readonly request: PlanRequest;
  readonly locks: Locks;
  readonly onAsk: (changes: Partial<PlanRequest>) => void;
  readonly onSave: (name: string, text: string) => void;
}

/** So many targets a line show its bend. */
const POINTS = 14;

/** The chart of all methods of the axis; a click on a point plans so. */
export function FrontierSection(props: FrontierSectionProps) {
  const { plan, planning, request, locks, onAsk, onSave } = props;
  const lines = useFrontier(planning, request, locks);
  const spec = useMemo(() => frontierChart(plan, lines), [plan, lines]);
  return (
    <section class="frontier" aria-label={t('All methods')}>
      <h2>{t('All methods')}</h2>
      {planning ? (
        <Chart
          spec={spec}
          onPick={(key) => {
            const { method, target } = pickedPoint(key);
            onAsk({ method, target });
          }}
          onSave={onSave}
        />
      ) : (
        <p class="notice">{t('The chart of all methods is drawn from the spectra.')}</p>
      )}
    </section>
  );
}

/**
 * The lines of all methods, worked out one after the other while the page has nothing else to do: a slider that
 * moves meanwhile waits for one line at most.
 */
function useFrontier(
  planning: Planning | undefined,
  { axis, settings, seed }: PlanRequest,
  locks: Locks,
): readonly FrontierSeries[] {
  const [found, setFound] = useState<readonly FrontierSeries[]>([]);
  const question = JSON.stringify([axis, settings, [...locks]]);
  useEffect(() => {
    setFound([]);
    const asked = frontierLines([axis]);
    const methods = asked.map(({ method }) => method);
    if (!planning || !covers(planning.needs, needsOf(axis, methods, settings, locks))) return;
    const { model } = planning.source;
    const weights = lockedWeights(planning.source.weights, locks);
    const waiting = [...asked];
    let timer: number;
    const next = (): void => {
      const line = waiting.shift();
      if (!line) return;
      const [series] = frontier(model, weights, {
        lines: [line],
        points: POINTS,
        settings,
        seed,
        draft: true,
      });
      if (series) setFound((lines) => [...lines, series]);
      timer = window.setTimeout(next, 30);
    };
    timer = window.setTimeout(next, 200);
    return () => window.clearTimeout(timer);
  }, [planning, question]);
  return found;
}
