import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with every rule of axe-core that the page breaks, and the elements that break it. */
export async function assertAccessible(page, what) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  // No preload: to fetch style sheets once more breaks the policy of a page that is looked at.
  const { violations, passes } = await page.evaluate(() =>
    globalThis.axe.run(document, { preload: false }),
  );
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  );
  assert.deepEqual(found, [], what);
  assert.ok(passes.length > 10, `${what}: axe-core has checked only ${passes.length} rules`);
}
