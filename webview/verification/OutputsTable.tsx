import { formatFigure } from '../../src/core/report/format.ts';
import type {
  SampleFigure,
  Verification,
  VerifiedOutput,
} from '../../src/core/report/verification/verification.ts';
import { shortName, visibleName } from '../../src/core/report/visibleName.ts';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { formatShape } from '../ui/quantities.ts';

/** How far each output of the compressed model is from the original's. */
export function OutputsTable({ verification }: { readonly verification: Verification }) {
  const { outputs } = verification;
  return (
    <section aria-label={t('Outputs')}>
      <h2>{t('Outputs')}</h2>
      <p class="muted footnote">
        {t(
          'Means over samples with their {0} % intervals. Relative L2 decides: on the worst sample it must not be above {1}.',
          100 * verification.interval.level,
          String(verification.settings.maxError),
        )}
      </p>
      <div class="wide-table" tabIndex={0} role="group" aria-label={t('Outputs')}>
        <table class="plain-table outputs">
          <thead>
            <tr>
              <th scope="col">{t('Output')}</th>
              <th scope="col">{t('Verdict')}</th>
              <th scope="col">{t('Samples')}</th>
              <th scope="col">{t('Relative L2')}</th>
              <th scope="col">{t('Worst sample')}</th>
              <th scope="col">{t('Cosine')}</th>
              <th scope="col">{t('Max abs')}</th>
              <th scope="col">{t('KL, nats')}</th>
              <th scope="col">{t('Top-1')}</th>
              <th scope="col" title={t('Values that are NaN or infinite: original / compressed')}>
                {t('Non-finite')}
              </th>
            </tr>
          </thead>
          <tbody>
            {outputs.map((output) => (
              <OutputRow key={output.name} output={output} />
            ))}
          </tbody>
        </table>
      </div>
      {outputs
        .filter(({ reason }) => reason !== '')
        .map(({ name, reason }) => (
          <p key={name} class="reason">
            <strong>{shortName(name)}</strong>: {visibleName(reason)}
          </p>
        ))}
    </section>
  );
}

function OutputRow({ output }: { readonly output: VerifiedOutput }) {
  const { name, type, shape, passed, relativeL2, worstSample, nonFinite } = output;
  return (
    <tr>
      <th scope="row">
        <span class="output-name">{shortName(name)}</span>
        <span class="spread">{visibleName(`${type} ${formatShape(shape)}`.trim())}</span>
      </th>
      <td class={passed ? 'passed' : 'failed'}>
        <span class="output-verdict">
          <Icon name={passed ? 'passed' : 'error'} />
          {passed ? t('passed') : t('failed')}
        </span>
      </td>
      <td>{relativeL2?.n ?? 0}</td>
      <FigureCell figure={relativeL2} />
      <td>
        {formatFigure(worstSample?.relativeL2 ?? null, 'scientific')}
        {worstSample && <span class="spread">{shortName(worstSample.label)}</span>}
      </td>
      <FigureCell figure={output.cosine} decimals={6} />
      <FigureCell figure={output.maxAbs} />
      <FigureCell figure={output.kl} />
      <FigureCell figure={output.top1} />
      <td>{`${nonFinite.a} / ${nonFinite.b}`}</td>
    </tr>
  );
}

interface FigureCellProps {
  readonly figure: SampleFigure | null;
  /** For a figure whose distance from 1 is what counts; four significant digits where absent. */
  readonly decimals?: number;
}

function FigureCell({ figure, decimals }: FigureCellProps) {
  const text = (value: number | null): string =>
    value !== null && decimals !== undefined
      ? value.toFixed(decimals)
      : formatFigure(value, 'scientific');
  if (figure === null) return <td>{text(null)}</td>;
  const { mean, low, high, worst, n } = figure;
  return (
    <td title={n === 1 ? t('Of 1 sample') : t('Mean of {0} samples; worst {1}', n, text(worst))}>
      {text(mean)}
      {low !== null && high !== null && (
        <span class="spread">{t('{0} to {1}', text(low), text(high))}</span>
      )}
    </td>
  );
}
