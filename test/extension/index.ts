import { readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

const LIMIT_MS = 120_000;

/** Called by VS Code inside the extension host: runs every suite beside this file. */
export async function run(): Promise<void> {
  const output = process.env['EIGENSCOPE_TEST_RESULTS'];
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: LIMIT_MS,
    color: false,
    forbidOnly: true,
    forbidPending: true,
    reporter: 'json',
    ...(output === undefined ? {} : { reporterOptions: { output } }),
  });
  // In the order of their names: the suite on activation wants to be the first.
  for (const name of readdirSync(__dirname).sort())
    if (name.endsWith('.test.cjs')) mocha.addFile(path.join(__dirname, name));
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
