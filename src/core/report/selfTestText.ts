import type { ComputeSelfTest } from '../linalg/gpu/adapterAcceptance.ts';
import { counted } from './counted.ts';
import { markdownText } from './markdownText.ts';

/** What there is to compute on, and what is used of it. */
export interface SelfTestReport {
  readonly device: ComputeSelfTest;
  /** What multiplies on the CPU, and why it is not a faster one. */
  readonly backend: string;
  readonly backendReason: string;
  readonly workers: number;
}

const NOT_REACHED = 'not reached';

/** The self-test as a page of Markdown. Texts of the driver appear as text alone, whatever they hold. */
export function selfTestText({ device, backend, backendReason, workers }: SelfTestReport): string {
  const blocks = [
    '# Compute self-test',
    '## GPU',
    markdownText(device.reason),
    ...(device.adapter ? [table(adapterRows(device, workers))] : []),
    device.isUsed
      ? 'It shares the work with the CPU in fast precision. Exact precision is computed on the CPU alone.'
      : 'Everything is computed on the CPU.',
    '## CPU',
    `${counted(workers, 'worker')}, multiplying with ${markdownText(backend)}.`,
    ...(backendReason === '' ? [] : [`Not with a faster one: ${markdownText(backendReason)}.`]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function adapterRows(
  { adapter, isUsed, error, calibration }: ComputeSelfTest,
  workers: number,
): readonly (readonly [string, string])[] {
  const { name, vendor, architecture, driver, backend, type, memoryBytes } = adapter!;
  return [
    ['Adapter', markdownText(name)],
    ['Maker', listed([vendor, architecture])],
    ['Driver', listed([driver, backend])],
    ['Kind', type === 'cpu' ? 'software' : type],
    ['Memory', memoryBytes === null ? 'not told' : `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    [
      'Error of the self-test',
      error === null ? NOT_REACHED : `${error.toExponential(1)} of the largest singular value`,
    ],
    ['Speed', calibration ? speed(calibration.gpu) : NOT_REACHED],
    [
      `Speed of the CPU, ${counted(workers, 'worker')}`,
      calibration ? speed(calibration.cpu) : NOT_REACHED,
    ],
    ['Used', isUsed ? 'yes' : 'no'],
  ];
}

function listed(texts: readonly string[]): string {
  return texts
    .filter((text) => text !== '')
    .map(markdownText)
    .join(', ');
}

function speed(gigaflops: number): string {
  return `${gigaflops >= 10 ? gigaflops.toFixed(0) : gigaflops.toPrecision(2)} GFlop/s`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  return [
    '|  |  |',
    '| --- | --- |',
    ...rows.map(([what, value]) => `| ${what} | ${value} |`),
  ].join('\n');
}
