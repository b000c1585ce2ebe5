import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyzeCommand } from './analyzeCommand.ts';
import { compressCommand } from './compressCommand.ts';
import { frontierCommand } from './frontierCommand.ts';
import { planCommand } from './planCommand.ts';
import { errorText, EXIT, exitCodeOf, UsageError } from './exitCode.ts';
import { selfTestCommand } from './selfTestCommand.ts';
import { verifyCommand } from './verifyCommand.ts';

declare const EIGENSCOPE_VERSION: string;

const USAGE = `Usage: eigenscope COMMAND

  analyze MODEL...     spectra, figures and findings of every weight matrix
  compress MODEL       a new model from a plan, every other byte as it was
  frontier MODEL       predicted error against size, over methods
  plan MODEL           what to do with each weight so that a target is met
  self-test            what this machine has to compute on, and what is used of it
  verify A B           how far the outputs of model B are from those of A, by running both

  --version            print the version
  --help               print this, or with a command what it takes
`;

async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  const context = {
    dist: path.dirname(fileURLToPath(import.meta.url)),
    version: EIGENSCOPE_VERSION,
  };
  switch (command) {
    case 'analyze':
      return analyzeCommand(rest, context);
    case 'compress':
      return compressCommand(rest, context);
    case 'frontier':
      return frontierCommand(rest, context);
    case 'plan':
      return planCommand(rest, context);
    case 'self-test':
      return selfTestCommand(rest, context);
    case 'verify':
      return verifyCommand(rest, context);
    case '--version':
      process.stdout.write(`${EIGENSCOPE_VERSION}\n`);
      return EXIT.done;
    case '--help':
    case '-h':
      process.stdout.write(USAGE);
      return EXIT.done;
    case undefined:
      throw new UsageError('No command was given.');
    default:
      throw new UsageError(`There is no command '${command}'.`);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  process.stderr.write(errorText(error));
  process.exitCode = exitCodeOf(error);
}
