import { visibleName } from '../../src/core/report/visibleName.ts';
import type { Verification } from '../../src/core/report/verification/verification.ts';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { evidenceOf } from './panelModel.ts';

/** Whether the compressed model passed, and what the inputs make that worth. */
export function Verdict({ verification }: { readonly verification: Verification }) {
  const { passed, headline } = verification;
  return (
    <section class="verdict" aria-label={t('Verdict')}>
      <p class={passed ? 'verdict-line passed' : 'verdict-line failed'}>
        <Icon name={passed ? 'passed' : 'error'} />
        <strong>{passed ? t('Passed') : t('Failed')}</strong>
      </p>
      <p class="headline">{visibleName(headline)}</p>
      <EvidenceLine verification={verification} />
    </section>
  );
}

function EvidenceLine({ verification }: { readonly verification: Verification }) {
  const evidence = evidenceOf(verification);
  const { samples, sources } = verification.inputs;
  return (
    <p class="evidence">
      <Icon name={evidence === 'given' ? 'info' : 'warning'} />
      <span>
        <strong>
          {evidence === 'noise'
            ? t('Weak evidence')
            : evidence === 'few'
              ? t('Thin evidence')
              : t('Evidence')}
        </strong>
        {': '}
        {evidence === 'noise'
          ? noiseText(samples)
          : evidence === 'few'
            ? fewText(samples, sourceText(sources))
            : t('{0} samples of {1}.', samples, sourceText(sources))}
      </span>
    </p>
  );
}

function noiseText(samples: number): string {
  return samples === 1
    ? t(
        '1 sample of seeded noise. It shows that the model runs and roughly agrees, not that it is as good: verify on inputs of your own.',
      )
    : t(
        '{0} samples of seeded noise. It shows that the model runs and roughly agrees, not that it is as good: verify on inputs of your own.',
        samples,
      );
}

function fewText(samples: number, source: string): string {
  return samples === 1
    ? t(
        '1 sample of {0}. It says little of others like it, and no interval says how little.',
        source,
      )
    : t(
        '{0} samples of {1}. So few say little of others like them; the intervals show how little.',
        samples,
        source,
      );
}

function sourceText(sources: readonly string[]): string {
  return sources.map((source) => visibleName(source.split(/[/\\]/).at(-1) ?? source)).join(', ');
}
