import type { Verification } from '../../src/core/report/verification/verification.ts';
import { shortName, visibleName } from '../../src/core/report/visibleName.ts';
import { t } from '../ui/localise.ts';
import { formatShape } from '../ui/quantities.ts';

/** What the models were run on and how, and what else a person must know. */
export function InputsSection({ verification }: { readonly verification: Verification }) {
  const { inputs, settings, interval, notes, tool } = verification;
  return (
    <section aria-label={t('How it was run')}>
      <h2>{t('How it was run')}</h2>
      <ul class="run-facts">
        {notes.map((note) => (
          <li key={note}>{visibleName(note)}</li>
        ))}
        {inputs.tensors.map(({ name, type, shape, content }) => (
          <li key={name}>
            {t('Input {0}', shortName(name))}:{' '}
            {[visibleName(`${type} ${formatShape(shape)}`.trim()), visibleName(content)]
              .filter((part) => part !== '')
              .join(', ')}
          </li>
        ))}
        {inputs.kind === 'synthetic' && <li>{t('Seed {0}', settings.seed)}</li>}
        <li>
          {t(
            'Intervals: {0} %, {1}, {2} resamples',
            100 * interval.level,
            interval.method,
            interval.resamples,
          )}
        </li>
        <li>
          {t(
            '{0}, execution provider {1}',
            visibleName(settings.runtime),
            visibleName(settings.provider),
          )}
        </li>
        <li>{visibleName(`Eigenscope ${tool.version}`)}</li>
      </ul>
    </section>
  );
}
