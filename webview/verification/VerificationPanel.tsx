import { useEffect, useState } from 'preact/hooks';
import { formatFigure } from '../../src/core/report/format.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
import type {
  ShownVerification,
  VerificationPanelHost,
} from '../../src/protocol/verificationPanelApi.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import type { StateStore } from '../ui/panelState.ts';
import { formatShare } from '../ui/quantities.ts';
import type { Sort } from '../ui/sortRows.ts';
import { InputsSection } from './InputsSection.tsx';
import { ModelsTable } from './ModelsTable.tsx';
import { OutputsTable } from './OutputsTable.tsx';
import { keptSort, modelBytes, worstError } from './panelModel.ts';
import { Verdict } from './Verdict.tsx';
import { WeightsTable } from './WeightsTable.tsx';

export interface VerificationPanelProps {
  readonly shown: ShownVerification;
  readonly host: VerificationPanelHost;
  readonly store: StateStore;
  /** A file of its own, without an extension behind it. */
  readonly standalone: boolean;
}

const fileName = (file: string): string => visibleName(file.split(/[/\\]/).at(-1) ?? file);

/** Whether a compressed model still does what the original does, by how much, and at what cost. */
export function VerificationPanel({ shown, host, store, standalone }: VerificationPanelProps) {
  const { verification } = shown;
  const [sort, setSort] = useState<Sort | undefined>(() => keptSort(store.read()));
  const [failure, setFailure] = useState('');
  // Also before anything is sorted: with the state goes what the panel is restored by.
  useEffect(() => store.write(sort ? { sort } : {}), [sort]);
  const attempt = (call: Promise<void>): void => {
    setFailure('');
    call.catch((error: unknown) =>
      setFailure(error instanceof Error ? error.message : String(error)),
    );
  };
  const saveJson = (): void => {
    const name = `${fileName(verification.b.file)}.verification.json`;
    attempt(host.save({ name, text: `${JSON.stringify(verification, null, 2)}\n` }));
  };
  return (
    <main class="panel verification">
      <header class="panel-header">
        <h1 title={visibleName(verification.b.file)}>{fileName(verification.b.file)}</h1>
        <dl class="facts">
          {facts(shown).map(({ label, value }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <div class="header-buttons">
          <Button name={t('Save as JSON')} appearance="icon" onClick={saveJson}>
            <Icon name="save" />
          </Button>
          {!standalone && (
            <Button
              name={t('Verify again')}
              appearance="icon"
              onClick={() => attempt(host.verifyAgain())}
            >
              <Icon name="refresh" />
            </Button>
          )}
        </div>
      </header>
      {failure !== '' && (
        <p class="panel-error" role="alert">
          {failure}
        </p>
      )}
      <div class="scroll verification-body" tabIndex={-1}>
        <Verdict verification={verification} />
        <OutputsTable verification={verification} />
        <ModelsTable verification={verification} />
        <WeightsTable shown={shown} sort={sort} onSort={setSort} />
        <InputsSection verification={verification} />
      </div>
    </main>
  );
}

function facts({ verification }: ShownVerification): { label: string; value: string }[] {
  const { a, b, latency, inputs, settings } = verification;
  return [
    { label: t('Against'), value: fileName(a.file) },
    {
      label: t('Worst error'),
      value: t(
        '{0} of at most {1}',
        formatFigure(worstError(verification), 'scientific'),
        String(settings.maxError),
      ),
    },
    { label: t('Size'), value: formatShare(modelBytes(b), modelBytes(a)) },
    ...(latency ? [{ label: t('Time'), value: `${latency.ratio.median.toPrecision(3)}×` }] : []),
    { label: t('Samples'), value: String(inputs.samples) },
  ];
}
