import { csvText } from '../report/csv.ts';
import type { FrontierReport } from './frontierReport.ts';

const HEADER = [
  'axis',
  'method',
  'target',
  'value',
  'reachable',
  'parameters',
  'bytes',
  'error',
  'best',
] as const;

/** How such a file begins. */
export const FRONTIER_CSV_MARK = HEADER.join(',');

/** One line a point, figures in full; those of a target that cannot be met are empty. */
export function frontierCsv({ series }: FrontierReport): string {
  const yes = (is: boolean): string => (is ? 'yes' : 'no');
  return csvText(
    HEADER,
    series.flatMap(({ axis, method, points }) =>
      points.map(({ target, reachable, parameters, bytes, error, best }) => [
        axis,
        method,
        target.kind,
        target.value,
        yes(reachable),
        parameters,
        bytes,
        error,
        yes(best),
      ]),
    ),
  );
}
