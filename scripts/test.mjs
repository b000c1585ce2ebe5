import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ARTIFACTS, SUITES, summed } from './testSuites.mjs';

const USAGE = `Usage: node scripts/test.mjs [--only ${SUITES.map(({ name }) => name).join(',')}]`;

function chosenSuites() {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  if (values.only === undefined) return SUITES;
  const names = values.only.split(',');
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) throw new Error(`There is no suite '${unknown.join("', '")}'.\n${USAGE}`);
  return SUITES.filter(({ name }) => names.includes(name));
}

/** One line of counts; what was skipped is said only where something was. */
function countsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** In CI a suite that is skipped proves nothing, so it fails. */
function strict(counts) {
  if (process.env.CI !== 'true' || counts.skipped === 0) return counts;
  console.error('CI is true: what was skipped counts as failed.');
  return { ...counts, failed: counts.failed + counts.skipped, skipped: 0 };
}

/** A suite that cannot even start is one failure, and says why. */
async function attempted(run) {
  try {
    return await run();
  } catch (error) {
    console.error(error.message);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** Suites that follow one another and are to run side by side, as one group. */
function grouped(suites) {
  const groups = [];
  for (const suite of suites) {
    const last = groups.at(-1);
    if (suite.beside !== undefined && last?.[0].beside === suite.beside) last.push(suite);
    else groups.push([suite]);
  }
  return groups;
}

async function runSuite({ name, run }) {
  console.log(`\n== ${name}`);
  const start = performance.now();
  const counts = strict(await attempted(run));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`== ${name}: ${countsLine(counts)} in ${seconds} s`);
  return counts;
}

mkdirSync(ARTIFACTS, { recursive: true });
let total = { passed: 0, failed: 0, skipped: 0 };
for (const group of grouped(chosenSuites())) {
  const counts = (await Promise.all(group.map(runSuite))).reduce(summed);
  total = summed(total, counts);
  const [first] = group;
  if (first.essential && counts.failed > 0) {
    console.error(`Nothing else can be tested before ${first.name} passes.`);
    break;
  }
}
console.log(`\n${countsLine(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
