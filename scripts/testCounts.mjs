/**
 * A node:test reporter that writes { passed, failed, skipped } as JSON: every test counts once, a group
 * only where it failed by itself (its hook, or its file) and not through a test inside it.
 */
export async function* countTests(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const group = data.details?.type === 'suite';
    if (data.skip !== undefined || data.todo !== undefined) counts.skipped += group ? 0 : 1;
    else if (type === 'test:pass') counts.passed += group ? 0 : 1;
    else if (data.details?.error?.failureType !== 'subtestsFailed') counts.failed++;
  }
  yield JSON.stringify(counts);
}

// node:test takes a reporter from a module's default export.
export { countTests as default };
