import { formatFigure } from '../format.ts';
import type { SampleFigure, Verification } from './verification.ts';
import { counted } from '../counted.ts';

/** `0.001234 [0.0011, 0.0014], worst 0.0021`; an en dash where there is none. */
export function sampleFigureText(figure: SampleFigure | null): string {
  if (figure === null) return formatFigure(null, 'scientific');
  const { mean, low, high, worst } = figure;
  const interval =
    low === null || high === null
      ? ''
      : ` [${formatFigure(low, 'scientific')}, ${formatFigure(high, 'scientific')}]`;
  return `${formatFigure(mean, 'scientific')}${interval}, worst ${formatFigure(worst, 'scientific')}`;
}

export interface Fact {
  readonly label: string;
  readonly text: string;
}

/** What the models were run on and what it took, a line each; texts may hold names from files. */
export function verificationFacts(verification: Verification): readonly Fact[] {
  const { a, b, inputs, interval, latency, peakMemory, settings, notes, weights } = verification;
  const bytes = (model: Verification['a']): number => model.bytes + model.externalBytes;
  const share = bytes(a) > 0 ? ` (${((100 * bytes(b)) / bytes(a)).toFixed(1)} % of A)` : '';
  const tensors = inputs.tensors
    .map(({ name, type, shape, content }) =>
      [`${name} ${type} [${shape.join(', ')}]`, content].filter((part) => part !== '').join(': '),
    )
    .join('; ');
  const changed = weights.filter(({ relativeFrobenius }) => relativeFrobenius !== 0).length;
  const facts: Fact[] = [
    { label: 'A', text: `${a.file}, ${bytes(a)} bytes` },
    { label: 'B', text: `${b.file}, ${bytes(b)} bytes${share}` },
    {
      label: 'Inputs',
      text:
        inputs.kind === 'given'
          ? `${counted(inputs.samples, 'sample')} of ${inputs.sources.join(', ')}`
          : `${counted(inputs.samples, 'sample')} of synthetic noise, seed ${settings.seed}`,
    },
    { label: 'Tensors', text: tensors },
    {
      label: 'Weights',
      text: `${weights.length} in both, ${weights.length - changed} of them equal`,
    },
  ];
  if (latency) {
    const of = (times: NonNullable<Verification['latency']>['a']): string =>
      `${times.median.toPrecision(3)} ms (quartiles ${times.q1.toPrecision(3)} to ${times.q3.toPrecision(3)})`;
    const { median, low, high } = latency.ratio;
    const spread =
      low === null || high === null ? '' : ` [${low.toPrecision(3)}, ${high.toPrecision(3)}]`;
    facts.push({
      label: 'Latency',
      text: `A ${of(latency.a)}, B ${of(latency.b)}; B / A ${median.toPrecision(3)}${spread}, ${counted(latency.n, 'pair')}, ${counted(settings.threads, 'thread')}`,
    });
  }
  const megabytes = ({ peak, baseline }: Verification['peakMemory']['a']): string =>
    `${(peak / 1e6).toFixed(0)} MB (${(baseline / 1e6).toFixed(0)} MB before it was loaded)`;
  facts.push(
    { label: 'Peak memory', text: `A ${megabytes(peakMemory.a)}, B ${megabytes(peakMemory.b)}` },
    { label: 'Runtime', text: `${settings.runtime}, execution provider ${settings.provider}` },
    {
      label: 'Intervals',
      text: `${interval.level * 100} %, ${interval.method}, ${interval.resamples} resamples`,
    },
    ...notes.map((text) => ({ label: 'Note', text })),
  );
  return facts;
}

/** Columns of the table of outputs. */
export const OUTPUT_COLUMNS = [
  'output',
  'n',
  'relative L2',
  'cosine',
  'max abs',
  'KL (nats)',
  'top-1',
  'non-finite A / B',
  'worst sample',
  'verdict',
] as const;

/** The cells of an output in the order of `OUTPUT_COLUMNS`. */
export function outputCells(output: Verification['outputs'][number]): readonly string[] {
  const { nonFinite, worstSample } = output;
  return [
    output.name,
    String(output.relativeL2?.n ?? 0),
    sampleFigureText(output.relativeL2),
    sampleFigureText(output.cosine),
    sampleFigureText(output.maxAbs),
    sampleFigureText(output.kl),
    sampleFigureText(output.top1),
    `${nonFinite.a} / ${nonFinite.b}`,
    worstSample?.label ?? formatFigure(null, 'fixed'),
    output.passed ? 'passed' : 'failed',
  ];
}
