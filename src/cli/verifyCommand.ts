import { verificationMarkdown } from '../core/report/verification/verificationMarkdown.ts';
import type { Verification } from '../core/report/verification/verification.ts';
import { createEngineClient } from '../engine/client.ts';
import type { VerifyProgress } from '../engine/engineApi.ts';
import type { CommandContext } from './analyzeCommand.ts';
import { EXIT } from './exitCode.ts';
import { checkOutput, writeWhole } from './reportFiles.ts';
import type { ReportTarget } from './reportTargets.ts';
import { verificationLines } from './verificationLines.ts';
import { parseVerifyArguments, VERIFY_USAGE } from './verifyArguments.ts';

/** `eigenscope verify`. Returns the exit code. Throws UsageError, and what the engine throws. */
export async function verifyCommand(
  args: readonly string[],
  { dist, version }: CommandContext,
): Promise<number> {
  const given = parseVerifyArguments(args);
  if (given === 'help') {
    process.stdout.write(VERIFY_USAGE);
    return EXIT.done;
  }
  const { request, quiet } = given;
  const targets = given.outputs.map(({ format, file }): ReportTarget => ({
    format,
    file,
    makeFolder: false,
  }));
  const inputFiles = request.inputs.flatMap((each) => [each, each.replace(/^[^=]*=/, '')]);
  const read = [request.a, request.b, ...inputFiles];
  for (const target of targets) if (target.file !== '-') checkOutput(target, read, given.force);
  const log = (line: string): unknown => process.stderr.write(`${line}\n`);
  const engine = createEngineClient({ dist, cacheDir: '', version, workers: 1, log });
  const abort = new AbortController();
  const onInterrupt = (): void => abort.abort();
  process.once('SIGINT', onInterrupt);
  const progress = new ProgressLine(process.stderr);
  try {
    const verification = await engine.verify(request, {
      signal: abort.signal,
      onProgress: (each) => {
        if (!quiet) progress.show(each);
      },
    });
    progress.clear();
    deliver(verification, targets, quiet);
    return verification.passed ? EXIT.done : EXIT.findings;
  } finally {
    progress.clear();
    process.off('SIGINT', onInterrupt);
    engine.dispose();
  }
}

function deliver(
  verification: Verification,
  targets: readonly ReportTarget[],
  quiet: boolean,
): void {
  if (!quiet) process.stderr.write(`${verificationLines(verification).join('\n')}\n`);
  for (const target of targets) {
    const text =
      target.format === 'md'
        ? verificationMarkdown(verification)
        : `${JSON.stringify(verification, null, 2)}\n`;
    if (target.file === '-') process.stdout.write(text);
    else writeWhole(target, text);
  }
}

/** One line on a terminal that is written over; nothing where there is none. */
class ProgressLine {
  private drawn = false;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show({ phase, done, total }: VerifyProgress): void {
    if (!this.stream.isTTY) return;
    const what = phase === 'loading' ? 'models loaded' : 'runs of both models';
    this.stream.write(`\r\u001b[K${done} of ${total} ${what}`);
    this.drawn = true;
  }

  clear(): void {
    if (this.drawn) this.stream.write('\r\u001b[K');
    this.drawn = false;
  }
}
