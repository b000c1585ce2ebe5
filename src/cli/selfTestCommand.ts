import { selfTestText } from '../core/report/selfTestText.ts';
import { defaultCacheFolder } from './cacheFolder.ts';
import { parsedOptions } from './commandOptions.ts';
import { runOnEngine } from './engineRun.ts';
import { EXIT, UsageError } from './exitCode.ts';
import { wholeNumber } from './wholeNumber.ts';

const USAGE = `Usage: eigenscope self-test [options]

Says what this machine has to compute on: opens the GPU, compares its results with the CPU's, times both,
and says which are used and why. The page goes to standard output.

  --device NAME          auto, gpu or a part of an adapter's name (default auto)
  --workers N            worker threads to compare with (default: one less than the cores)
  --json                 as JSON
`;

/** Returns the exit code: 0 also where no GPU is used. */
export async function selfTestCommand(
  args: readonly string[],
  { dist, version }: { readonly dist: string; readonly version: string },
): Promise<number> {
  const { values, positionals } = parsedOptions(args, OPTIONS);
  const { json = false, device = 'auto' } = values;
  if (values.help) {
    process.stdout.write(USAGE);
    return EXIT.done;
  }
  if (positionals.length > 0)
    throw new UsageError(`self-test takes options alone, not '${positionals.join(' ')}'.`);
  if (device === '' || device === 'cpu')
    throw new UsageError(`--device is auto, gpu or a part of an adapter's name, not '${device}'.`);
  const workers = wholeNumber('--workers', values.workers, 0, 1);
  const cacheDir = defaultCacheFolder();
  const options = { dist, version, cacheDir, workers };
  return runOnEngine(options, async (engine, signal) => {
    const report = await engine.selfTest({ device }, { signal });
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : selfTestText(report));
    return EXIT.done;
  });
}

const OPTIONS = {
  device: { type: 'string' },
  workers: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
