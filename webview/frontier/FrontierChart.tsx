import { useMemo } from 'preact/hooks';
import type { SizeUnit } from '../../src/core/plan/frontier.ts';
import { Chart } from '../ui/Chart.tsx';
import type { ChartSpec } from '../ui/chartSpec.ts';
import { frontierSpec, type DrawnLine } from './frontierSpec.ts';
import { lineLabel } from './lineLabel.ts';

export interface FrontierChartProps {
  readonly series: readonly DrawnLine[];
  readonly unit: SizeUnit;
  /** The size of the model as it is. */
  readonly whole: number;
  readonly onSave: (name: string, text: string) => void;
}

/** Predicted error against size of every method whose size is counted in that unit. */
export function FrontierChart({ series, unit, whole, onSave }: FrontierChartProps) {
  const spec = useMemo(() => pageSpec(series, unit, whole), [series, unit, whole]);
  return <Chart spec={spec} onSave={onSave} />;
}

function pageSpec(series: readonly DrawnLine[], unit: SizeUnit, whole: number): ChartSpec {
  return frontierSpec(series, {
    unit,
    whole,
    label: lineLabel,
    complete: true,
  });
}
