import type { SampleFigure, VerifiedOutput } from '../report/verification/verification.ts';
import { bootstrapInterval, mean, shareInterval } from './interval.ts';
import type { ModelValue } from './modelRunner.ts';
import { outputDifference, type OutputDifference } from './outputDifference.ts';
import type { TensorData } from './tensorData.ts';

type FigureName = 'relativeL2' | 'cosine' | 'maxAbs' | 'kl' | 'top1';

/** Whether the worst sample has the greatest figure or the least. */
const WORST: Readonly<Record<FigureName, 'max' | 'min'>> = {
  relativeL2: 'max',
  cosine: 'min',
  maxAbs: 'max',
  kl: 'max',
  top1: 'min',
};

/** One output of both models, sample by sample; its tensors are not kept. */
export class OutputSummary {
  private readonly samples: { readonly label: string; readonly difference: OutputDifference }[] =
    [];
  private shape: readonly number[] = [];

  constructor(
    private readonly output: ModelValue,
    private readonly logits: boolean,
  ) {}

  /** The next sample. */
  add(label: string, a: TensorData, b: TensorData): void {
    if (this.samples.length === 0) this.shape = a.shape;
    this.samples.push({ label, difference: outputDifference(a, b, this.logits) });
  }

  /** All samples together, held against the greatest relative error that passes. */
  finish(maxError: number, seed: number): VerifiedOutput {
    const { name, type } = this.output;
    const differences = this.samples.map(({ difference }) => difference);
    const probabilities = differences.length > 0 && differences.every((each) => each.probabilities);
    const distribution = this.logits ? 'logits' : probabilities ? 'probabilities' : 'none';
    const comparable = differences.every((each) => each.comparable);
    const figure = (of: FigureName): SampleFigure | null => this.figure(of, seed);
    const sum = (of: 'a' | 'b' | 'differing'): number =>
      differences.reduce((all, each) => all + each.nonFinite[of], 0);
    const fault = this.fault(maxError);
    const unlike = distribution === 'probabilities' && !comparable;
    return {
      name,
      type,
      shape: [...this.shape],
      distribution,
      relativeL2: figure('relativeL2'),
      cosine: figure('cosine'),
      maxAbs: figure('maxAbs'),
      kl: distribution === 'none' || !comparable ? null : figure('kl'),
      top1: distribution === 'none' ? null : figure('top1'),
      nonFinite: { a: sum('a'), b: sum('b'), differing: sum('differing') },
      worstSample: this.worstSample(),
      passed: fault === '',
      reason:
        fault === '' && unlike
          ? 'A gives probabilities and B does not, so there is no divergence'
          : fault,
    };
  }

  private figure(name: FigureName, seed: number): SampleFigure | null {
    const values = this.samples.flatMap(({ difference }) => difference[name] ?? []);
    if (values.length === 0 || values.length < this.samples.length) return null;
    const interval =
      name === 'top1' ? shareInterval(values, seed) : bootstrapInterval(values, mean, seed);
    return {
      mean: mean(values),
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      worst: WORST[name] === 'max' ? largest(values) : -largest(values.map((each) => -each)),
      n: values.length,
    };
  }

  private worstSample(): VerifiedOutput['worstSample'] {
    let worst: VerifiedOutput['worstSample'] = null;
    this.samples.forEach(({ label, difference: { relativeL2 } }, index) => {
      if (relativeL2 !== null && (!worst || relativeL2 > worst.relativeL2))
        worst = { index, label, relativeL2 };
    });
    return worst;
  }

  /** Why it does not pass; empty where it does. */
  private fault(maxError: number): string {
    for (const { label, difference } of this.samples) {
      const { mismatch, nonFinite, relativeL2 } = difference;
      if (mismatch !== '') return `on ${label} ${mismatch}`;
      if (nonFinite.differing > 0) return nonFiniteText(label, nonFinite);
      if (relativeL2 === null) return `on ${label} A gives only zeros and B does not`;
    }
    const worst = this.worstSample();
    if (!worst) return 'there is nothing to compare';
    return worst.relativeL2 > maxError
      ? `the relative error ${worst.relativeL2.toPrecision(3)} of ${worst.label} is above ${maxError}`
      : '';
  }
}

function nonFiniteText(label: string, { a, b, differing }: OutputDifference['nonFinite']): string {
  if (a === 0)
    return `on ${label} B gives ${b} values that are NaN or infinite, where A gives none`;
  if (b === 0)
    return `on ${label} A gives ${a} values that are NaN or infinite, where B gives none`;
  return `on ${label} A gives ${a} and B ${b} values that are NaN or infinite, ${differing} of them not the same infinity in both; nothing can be shown on such inputs`;
}

function largest(values: readonly number[]): number {
  return values.reduce((most, each) => Math.max(most, each), -Infinity);
}
