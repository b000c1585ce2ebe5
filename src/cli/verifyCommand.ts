import type { Verification } from '../core/report/verification/verification.ts';
import type { VerifyProgress } from '../engine/engineApi.ts';
import type { CommandContext } from './analyzeCommand.ts';
import { runOnEngine } from './engineRun.ts';
import { EXIT } from './exitCode.ts';
import { checkOutput, writeWhole } from './reportFiles.ts';
import { formattedVerification } from './reportFormats.ts';
import type { ReportTarget } from './reportTargets.ts';
import { StatusLine } from './statusLine.ts';
import { verificationLines } from './verificationLines.ts';
import { parseVerifyArguments, VERIFY_USAGE, type VerifyArguments } from './verifyArguments.ts';

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
  const line = new StatusLine(process.stderr);
  return runOnEngine({ dist, version, cacheDir: '', workers: 1 }, async (engine, signal) => {
    try {
      const verification = await engine.verify(request, {
        signal,
        onProgress: (progress) => {
          if (!quiet) line.show(progressText(progress));
        },
      });
      line.clear();
      deliver(verification, given.outputs, { dist, quiet });
      return verification.passed ? EXIT.done : EXIT.findings;
    } finally {
      line.clear();
    }
  });
}

function deliver(
  verification: Verification,
  outputs: VerifyArguments['outputs'],
  { dist, quiet }: { readonly dist: string; readonly quiet: boolean },
): void {
  if (!quiet) process.stderr.write(`${verificationLines(verification).join('\n')}\n`);
  for (const { format, file } of outputs) {
    const text = formattedVerification(verification, format, dist);
    if (file === '-') process.stdout.write(text);
    else writeWhole({ file, makeFolder: false }, text);
  }
}

function progressText({ phase, done, total }: VerifyProgress): string {
  return `${done} of ${total} ${phase === 'loading' ? 'models loaded' : 'runs of both models'}`;
}
