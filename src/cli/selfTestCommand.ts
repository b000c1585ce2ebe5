import { parseArgs } from 'node:util';
import { selfTestText } from '../core/report/selfTestText.ts';
import { defaultCacheFolder } from './cacheFolder.ts';
import { runOnEngine } from './engineRun.ts';
import { EXIT, UsageError } from './exitCode.ts';

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
  const { help, json = false, device = 'auto', workers = '0' } = parsed(args);
  if (help) {
    process.stdout.write(USAGE);
    return EXIT.done;
  }
  if (device === '' || device === 'cpu')
    throw new UsageError(`--device is auto, gpu or a part of an adapter's name, not '${device}'.`);
  if (!/^\d{1,4}$/.test(workers))
    throw new UsageError(`--workers is a whole number from 0 to 9999, not '${workers}'.`);
  const cacheDir = defaultCacheFolder();
  const options = { dist, version, cacheDir, workers: Number(workers) };
  return runOnEngine(options, async (engine, signal) => {
    const report = await engine.selfTest({ device }, { signal });
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : selfTestText(report));
    return EXIT.done;
  });
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        device: { type: 'string' },
        workers: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
