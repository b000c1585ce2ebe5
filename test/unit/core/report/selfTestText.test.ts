import { describe, expect, it } from 'vitest';
import { selfTestText, type SelfTestReport } from '../../../../src/core/report/selfTestText.ts';

const ADAPTER = {
  name: 'Card | <b>',
  vendor: 'maker',
  architecture: '',
  driver: 'driver 5',
  backend: 'Vulkan',
  type: 'discrete',
  memoryBytes: 3 * 2 ** 29,
} as const;

function text(device: Partial<SelfTestReport['device']>, workers = 3): string[] {
  const tested = { adapter: null, isUsed: false, reason: 'Why.', error: null, calibration: null };
  const cpu = { backend: 'wasm', backendReason: 'it is slow', workers };
  return selfTestText({ device: { ...tested, ...device }, ...cpu }).split('\n');
}

describe('the page of the self-test', () => {
  it('says of a machine without a GPU why, and what the CPU does', () => {
    const lines = text({}, 1);
    expect(lines).toContain('Why.');
    expect(lines).toContain('Everything is computed on the CPU.');
    expect(lines).toContain('1 worker, multiplying with wasm.');
    expect(lines).toContain('Not with a faster one: it is slow.');
    expect(lines.filter((line) => line.startsWith('|'))).toEqual([]);
  });

  it('has the adapter with its error and both speeds, names as text alone', () => {
    const calibration = { gpu: 1234.5, cpu: 45.67 };
    const lines = text({ adapter: ADAPTER, isUsed: true, error: 1.23e-7, calibration });
    const rows = lines.filter((line) => line.startsWith('|')).slice(2);
    expect(rows).toEqual([
      '| Adapter | Card &#124; &#60;b&#62; |',
      '| Maker | maker |',
      '| Driver | driver 5, Vulkan |',
      '| Kind | discrete |',
      '| Memory | 1.5 GiB |',
      '| Error of the self-test | 1.2e-7 of the largest singular value |',
      '| Speed | 1235 GFlop/s |',
      '| Speed of the CPU, 3 workers | 46 GFlop/s |',
      '| Used | yes |',
    ]);
  });

  it('says what of the test was not reached', () => {
    const lines = text({ adapter: { ...ADAPTER, memoryBytes: null } });
    expect(lines.filter((line) => line.includes('not reached'))).toHaveLength(3);
    expect(lines).toContain('| Memory | not told |');
  });
});
