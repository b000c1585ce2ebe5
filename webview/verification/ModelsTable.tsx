import type { Verification } from '../../src/core/report/verification/verification.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
import { t } from '../ui/localise.ts';
import { formatBytes, formatCount, formatShare } from '../ui/quantities.ts';
import { modelBytes } from './panelModel.ts';

type Latency = NonNullable<Verification['latency']>;

const three = (value: number): string => value.toPrecision(3);

/** What the compressed model costs beside the original: bytes, time, memory. */
export function ModelsTable({ verification }: { readonly verification: Verification }) {
  const { a, b, latency, peakMemory, settings } = verification;
  const [bytesA, bytesB] = [modelBytes(a), modelBytes(b)];
  return (
    <section aria-label={t('Original against compressed')}>
      <h2>{t('Original against compressed')}</h2>
      <div
        class="wide-table"
        tabIndex={0}
        role="group"
        aria-label={t('Original against compressed')}
      >
        <table class="plain-table models">
          <thead>
            <tr>
              <td />
              <ModelHeader label={t('Original')} file={a.file} />
              <ModelHeader label={t('Compressed')} file={b.file} />
              <th scope="col">{t('Compressed / original')}</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{t('File size')}</th>
              <Bytes bytes={bytesA} />
              <Bytes bytes={bytesB} />
              <td>{formatShare(bytesB, bytesA)}</td>
            </tr>
            {latency && (
              <tr>
                <th scope="row">
                  {t('Latency, median')}
                  <span class="spread">
                    {latency.n === 1
                      ? t('1 pair of runs by turns; threads: {0}', settings.threads)
                      : t('{0} pairs of runs by turns; threads: {1}', latency.n, settings.threads)}
                  </span>
                </th>
                <Times times={latency.a} />
                <Times times={latency.b} />
                <Ratio ratio={latency.ratio} />
              </tr>
            )}
            <tr>
              <th scope="row">{t('Peak memory')}</th>
              <Memory memory={peakMemory.a} />
              <Memory memory={peakMemory.b} />
              <td>{formatShare(peakMemory.b.peak, peakMemory.a.peak)}</td>
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ModelHeader({ label, file }: { readonly label: string; readonly file: string }) {
  const name = visibleName(file.split(/[/\\]/).at(-1) ?? file);
  return (
    <th scope="col" title={visibleName(file)}>
      {label}
      <span class="spread model-name">{name}</span>
    </th>
  );
}

function Bytes({ bytes }: { readonly bytes: number }) {
  return (
    <td>
      {formatBytes(bytes)}
      <span class="spread">{t('{0} bytes', formatCount(bytes))}</span>
    </td>
  );
}

function Times({ times }: { readonly times: Latency['a'] }) {
  return (
    <td>
      {t('{0} ms', three(times.median))}
      <span class="spread">{t('quartiles {0} to {1}', three(times.q1), three(times.q3))}</span>
    </td>
  );
}

function Ratio({ ratio: { median, low, high } }: { readonly ratio: Latency['ratio'] }) {
  return (
    <td>
      {three(median)}
      {low !== null && high !== null && (
        <span class="spread">{t('{0} to {1}', three(low), three(high))}</span>
      )}
    </td>
  );
}

function Memory({ memory }: { readonly memory: Verification['peakMemory']['a'] }) {
  return (
    <td>
      {formatBytes(memory.peak)}
      <span class="spread">{t('{0} before it was loaded', formatBytes(memory.baseline))}</span>
    </td>
  );
}
