import { counted } from '../report/counted.ts';
import type { Verification } from '../report/verification/verification.ts';

const fileName = (file: string): string => file.split(/[\\/]/).at(-1) ?? file;

/** What was found, in a sentence or two; `unreached` says why equal outputs show nothing. */
export function headline(
  {
    a,
    b,
    outputs,
    inputs,
    settings,
    passed,
  }: Pick<Verification, 'a' | 'b' | 'outputs' | 'inputs' | 'settings' | 'passed'>,
  unreached: string,
): string {
  const weak = inputs.kind === 'synthetic' ? 'On synthetic noise, which is weak evidence: ' : '';
  const names = `${fileName(b.file)} against ${fileName(a.file)}`;
  const over = counted(inputs.samples, 'sample');
  const failed = outputs.find((output) => !output.passed);
  if (!passed) {
    const why = failed ? `output '${failed.name}': ${failed.reason}` : unreached;
    return `${weak}${names} failed over ${over}: ${why || 'there are no outputs to compare'}.`;
  }
  const worst = Math.max(...outputs.map(({ worstSample }) => worstSample?.relativeL2 ?? 0));
  const found =
    worst === 0
      ? 'every output is equal'
      : `the worst relative error of any output is ${worst.toPrecision(3)}, at most ${settings.maxError} passes`;
  return `${weak}${names} passed over ${over}: ${found}.`;
}
