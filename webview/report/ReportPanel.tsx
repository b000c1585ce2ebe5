import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { acceptedFindings } from '../../src/core/report/acceptance.ts';
import type { Report } from '../../src/core/report/report.ts';
import type {
  AcceptedEntry,
  AcceptRequest,
  ReportPanelHost,
} from '../../src/protocol/reportPanelApi.ts';
import { t } from '../ui/localise.ts';
import { useMediaQuery } from '../ui/mediaQuery.ts';
import { SplitView } from '../ui/SplitView.tsx';
import type { StateStore } from '../ui/panelState.ts';
import { Tabs, type TabSpec } from '../ui/Tabs.tsx';
import { BlocksTab } from './BlocksTab.tsx';
import { DepthTab } from './DepthTab.tsx';
import { openReport } from './findingRows.ts';
import { FindingsTab } from './FindingsTab.tsx';
import { Header } from './Header.tsx';
import { LayerDetail } from './LayerDetail.tsx';
import { LayersTab } from './LayersTab.tsx';
import { Overview } from './Overview.tsx';
import {
  DEFAULT_SPLIT,
  firstLayer,
  parsePanelModel,
  type PanelModel,
  type Tab,
} from './panelModel.ts';
import { SkippedTab } from './SkippedTab.tsx';

/** How the page's owner reaches into the panel once it is shown. */
export interface PanelHandle {
  select: (id: string) => void;
  accept: (accepted: readonly AcceptedEntry[]) => void;
}

export interface ReportPanelProps {
  readonly report: Report;
  readonly host: ReportPanelHost;
  readonly store: StateStore;
  /** A file of its own: no analysis from here, and a choice of theme. */
  readonly standalone: boolean;
  readonly handle: PanelHandle;
}

/** The report: facts and tabs on one side, the chosen layer on the other. */
export function ReportPanel({ report, host, store, standalone, handle }: ReportPanelProps) {
  const [model, setModel] = useState<PanelModel>(() => parsePanelModel(store.read()));
  const [failure, setFailure] = useState('');
  const narrow = useMediaQuery('(max-width: 860px)');
  const change = useCallback((part: Partial<PanelModel>) => {
    setModel((current) => ({ ...current, ...part }));
  }, []);
  useEffect(() => store.write(model), [store, model]);

  const { layers } = report;
  const select = useCallback(
    (id: string) => {
      if (layers.some((layer) => layer.id === id)) change({ selected: id });
    },
    [layers, change],
  );
  handle.select = select;

  const chosen = useMemo(
    () => layers.find((layer) => layer.id === model.selected) ?? firstLayer(report),
    [report, layers, model.selected],
  );
  const [accepted, setAccepted] = useState<readonly AcceptedEntry[]>([]);
  handle.accept = setAccepted;
  const reasons = useMemo(
    () => acceptedFindings(report, { accepted: [...accepted] }),
    [report, accepted],
  );
  const open = useMemo(() => openReport(report, reasons), [report, reasons]);
  const attempt = useCallback((action: Promise<void>) => {
    setFailure('');
    action.catch((error: unknown) => {
      setFailure(error instanceof Error ? error.message : String(error));
    });
  }, []);
  const save = useCallback(
    (name: string, text: string) => attempt(host.save({ name, text })),
    [host, attempt],
  );

  useEffect(() => attempt(host.acceptances().then(setAccepted)), [report, host, attempt]);
  const accept = async (request: AcceptRequest): Promise<void> => {
    await host.accept(request);
    setAccepted(await host.acceptances());
  };

  const shared = {
    report: open,
    model,
    change,
    selected: chosen?.id,
    onSelect: select,
    onSave: save,
  };
  const findings = open.layers.reduce(
    (sum, layer) => sum + layer.findings.length,
    open.findings.length,
  );
  const skipped = report.skipped.length;
  const tabs: TabSpec<Tab>[] = [
    { id: 'overview', label: t('Overview'), content: () => <Overview {...shared} /> },
    {
      id: 'findings',
      label: t('Findings'),
      ...(findings > 0
        ? {
            badge: {
              name: findings === 1 ? t('1 finding') : t('{0} findings', findings),
              count: findings,
            },
          }
        : {}),
      content: () => (
        <FindingsTab
          {...shared}
          report={report}
          reasons={reasons}
          {...(standalone ? {} : { onAccept: (request) => attempt(accept(request)) })}
        />
      ),
    },
    {
      id: 'layers',
      label: t('Layers'),
      badge: {
        name: layers.length === 1 ? t('1 layer') : t('{0} layers', layers.length),
        count: layers.length,
      },
      content: () => <LayersTab {...shared} />,
    },
    ...(layers.some(({ block }) => block !== '')
      ? [{ id: 'blocks' as const, label: t('Blocks'), content: () => <BlocksTab {...shared} /> }]
      : []),
    { id: 'depth', label: t('Depth'), content: () => <DepthTab {...shared} /> },
    {
      id: 'skipped',
      label: t('Skipped'),
      badge: { name: skipped === 1 ? t('1 tensor') : t('{0} tensors', skipped), count: skipped },
      content: () => <SkippedTab report={report} />,
    },
  ];
  const along = narrow ? 'rows' : 'columns';
  const master = (
    <section class="panel-master" aria-label={t('Report')}>
      <Tabs
        name={t('Parts of the report')}
        // A tab that was kept may be one that this report does not have.
        active={tabs.some(({ id }) => id === model.tab) ? model.tab : 'overview'}
        tabs={tabs}
        onChange={(tab) => change({ tab })}
      />
    </section>
  );
  const detail = chosen && (
    <LayerDetail
      layer={chosen}
      reasons={reasons}
      layers={layers}
      explain={model.explain}
      onExplain={(explain) => change({ explain })}
      onSelect={select}
      onSave={save}
      mode={report.settings.mode}
      {...(standalone ? {} : { farms: (request) => host.farms(request) })}
      {...(chosen.singularValues || !standalone
        ? {
            spectrum: () =>
              chosen.singularValues
                ? Promise.resolve(chosen.singularValues)
                : host.spectrum({ id: chosen.id }).then((found) => found.singularValues),
          }
        : {})}
      onAttempt={attempt}
    />
  );
  return (
    <div class="panel">
      <Header
        report={report}
        standalone={standalone}
        onAnalyzeAgain={() => attempt(host.analyzeAgain())}
        onPlan={() => attempt(host.plan())}
      />
      {failure !== '' && (
        <p class="panel-error" role="alert">
          {failure}
        </p>
      )}
      <main class="panel-main">
        {detail ? (
          <SplitView
            name={t('Between the report and the chosen layer')}
            along={along}
            share={model.split[along]}
            least={15}
            most={80}
            usual={DEFAULT_SPLIT[along]}
            onChange={(share) => change({ split: { ...model.split, [along]: share } })}
            first={master}
            second={detail}
          />
        ) : (
          master
        )}
      </main>
    </div>
  );
}
