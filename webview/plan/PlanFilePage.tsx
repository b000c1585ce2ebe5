import { useState } from 'preact/hooks';
import type { PlanFile, PlanPanelHost } from '../../src/protocol/planPanelApi.ts';
import { Button } from '../ui/Button.tsx';
import { t } from '../ui/localise.ts';
import type { StateStore } from '../ui/panelState.ts';
import { PlanPanel } from './PlanPanel.tsx';

export interface PlanFilePageProps {
  readonly file: PlanFile;
  readonly host: PlanPanelHost;
  readonly store: StateStore;
}

/** The plan of a file, or what is to be done about a file that holds none. */
export function PlanFilePage({ file, host, store }: PlanFilePageProps) {
  const { content, name } = file;
  if (content.kind === 'plan')
    return <PlanPanel file={file} stored={content.plan} host={host} store={store} />;
  return (
    <main class="panel no-plan">
      <h1>{name}</h1>
      {content.kind === 'fault' ? (
        <>
          <p class="panel-error" role="alert">
            {content.message}
          </p>
          <p class="no-plan-buttons">
            <Button
              name={
                content.line > 0
                  ? t('Open as text at line {0}, where the fault is', content.line)
                  : t('Open as text')
              }
              appearance="primary"
              onClick={() => void host.openText({ line: content.line })}
            >
              {content.line > 0 ? t('Open as Text at Line {0}', content.line) : t('Open as Text')}
            </Button>
          </p>
          <p class="muted">{t('The panel comes back by itself when the file is a plan again.')}</p>
        </>
      ) : (
        <EmptyFile host={host} />
      )}
    </main>
  );
}

function EmptyFile({ host }: { readonly host: PlanPanelHost }) {
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const plan = (): void => {
    setBusy(true);
    setFailure('');
    host
      .planAnew()
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <p>{t('This file is empty. Fill it with a plan of a model.')}</p>
      {failure !== '' && (
        <p class="panel-error" role="alert">
          {failure}
        </p>
      )}
      <p class="no-plan-buttons">
        <Button
          name={t('Plan compression of a model')}
          appearance="primary"
          disabled={busy}
          onClick={plan}
        >
          {t('Plan Compression...')}
        </Button>
      </p>
    </>
  );
}
