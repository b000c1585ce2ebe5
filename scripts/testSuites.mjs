import { readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureHost, ensurePackages, hostUnsupported } from './e2eHost.mjs';
import { ownPlatform } from './nativePackages.mjs';
import { packageLine, packageVsix, UNIVERSAL } from './package.mjs';
import { runCommand } from './runCommand.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
export const ARTIFACTS = path.join(ROOT, 'e2e-artifacts');

const bin = (name) => path.join(ROOT, 'node_modules/.bin', name);

/** One command that passes or fails as a whole. */
function check(command, args) {
  return async () => {
    const code = await node(command, args, { together: true });
    return { passed: 0, failed: 0, skipped: 0, ...verdict(code) };
  };
}

function verdict(code) {
  return code === 0 ? { passed: 1 } : { failed: 1 };
}

/** Runs a JavaScript file of the repository or of a package, and resolves to its exit code. */
function node(file, args, options = {}) {
  return runCommand(process.execPath, [file, ...args], { cwd: ROOT, ...options });
}

/** The packages that need nothing from the network: each is held to its contents and to its size. */
async function packaging() {
  const platforms = [UNIVERSAL, ownPlatform()].filter((each) => each !== undefined);
  for (const platform of platforms)
    console.log(packageLine(await packageVsix(ARTIFACTS, platform)));
  return { passed: platforms.length, failed: 0, skipped: 0 };
}

let universal;

/** Packed once, from what the run has built, for all files of all suites that install it. */
function universalPackage() {
  universal ??= packageVsix(path.join(ARTIFACTS, 'installed'), UNIVERSAL);
  return universal;
}

/** The vitest files in those folders. */
function vitest(name, folders) {
  return async () => vitestCounts(path.join(ARTIFACTS, `${name}.json`), folders);
}

async function vitestCounts(counts, folders) {
  // The GPU tests run on the software Vulkan that comes with the test host's browser.
  if (folders.includes('test/unit') && !hostUnsupported()) ensurePackages();
  rmSync(counts, { force: true });
  const code = await node(bin('vitest'), [
    'run',
    ...folders,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${counts}`,
  ]);
  return counted(code, () => {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
      readFileSync(counts, 'utf8'),
    );
    // A file that cannot be loaded fails with no test in it.
    const broken = testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    );
    return {
      passed: numPassedTests,
      failed: numFailedTests + broken.length,
      skipped: numPendingTests,
    };
  });
}

/** The node:test files of test/e2e that match, one after the other: each has a workbench of its own. */
function endToEnd(name, pattern, hostName = 'newest') {
  return async () => {
    const unsupported = hostUnsupported();
    if (unsupported) {
      console.log(`${unsupported} This suite is skipped.`);
      return { passed: 0, failed: 0, skipped: 1 };
    }
    const vsix = (await universalPackage()).path;
    const env = { ...process.env, EIGENSCOPE_HOST: hostName, EIGENSCOPE_VSIX: vsix };
    ensureHost(hostName);
    const files = readdirSync(path.join(ROOT, 'test/e2e'))
      .filter((file) => file.endsWith('.test.mjs') && pattern.test(file))
      .map((file) => path.join('test/e2e', file));
    let total = { passed: 0, failed: 0, skipped: 0 };
    for (const file of files) total = summed(total, await twiceAtMost(name, file, env));
    return total;
  };
}

/**
 * A workbench in a browser has a timing of its own, so a file that fails is run once more, in a fresh
 * workbench. What fails twice has failed; what passes then is named, so that it is seen and mended.
 */
async function twiceAtMost(name, file, env) {
  const first = await nodeTests(name, file, env);
  if (first.failed === 0) return first;
  console.log(`== ${file} failed and is run once more`);
  const second = await nodeTests(name, file, env);
  if (second.failed === 0) console.log(`== ${file} passed at the second attempt: it is unsteady`);
  return second;
}

async function nodeTests(name, file, env) {
  const counts = path.join(ARTIFACTS, `${name}.json`);
  rmSync(counts, { force: true });
  const code = await runCommand(
    process.execPath,
    [
      '--test',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-reporter=${path.join(ROOT, 'scripts/testCounts.mjs')}`,
      `--test-reporter-destination=${counts}`,
      file,
    ],
    { cwd: ROOT, env },
  );
  return counted(code, () => JSON.parse(readFileSync(counts, 'utf8')));
}

export function summed(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/** A runner that failed without a failed test, or left no counts, is itself one failure. */
function counted(code, read) {
  let counts;
  try {
    counts = read();
  } catch (error) {
    console.error(`The runner left no counts (${error.message}); its exit code was ${code}.`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  if (code !== 0 && counts.failed === 0) {
    console.error(`The runner ended with exit code ${code} although no test failed.`);
    return { ...counts, failed: 1 };
  }
  return counts;
}

/**
 * What `npm test` runs, in this order. A part that others rest on stops the run where it fails; parts with
 * the same name as `beside` run side by side.
 */
export const SUITES = [
  { name: 'build', essential: true, run: check('scripts/build.mjs', []) },
  { name: 'types', beside: 'statics', run: check(bin('tsc'), ['-b']) },
  { name: 'lint', beside: 'statics', run: check(bin('eslint'), ['.', '--max-warnings', '0']) },
  {
    name: 'format',
    beside: 'statics',
    run: check(bin('prettier'), ['--check', '--log-level', 'warn', '.']),
  },
  { name: 'unit', run: vitest('unit', ['test/unit', 'test/golden']) },
  { name: 'kills', run: vitest('kills', ['test/kills']) },
  { name: 'package', run: packaging },
  { name: 'extension-host', run: endToEnd('extension-host', /^extensionHost\./) },
  { name: 'e2e', run: endToEnd('e2e', /^(?!extensionHost\.)/) },
  // The panels' own pages run in the browser alone, native packages speak to Node as they do to every Node, and
  // the Node of an older VS Code joins no vectors.
  {
    name: 'e2e-oldest',
    run: endToEnd(
      'e2e-oldest',
      /^(?!reportPanel|frontierPage|planPanel|verificationPanel|nativeParts|joinedVectors)/,
      'oldest',
    ),
  },
];
