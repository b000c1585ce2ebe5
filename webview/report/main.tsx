import { render } from 'preact';
import type { Report } from '../../src/core/report/report.ts';
import type { ReportPanelHost, ReportPanelView } from '../../src/protocol/reportPanelApi.ts';
import { connect } from '../../src/protocol/rpc.ts';
import { setMessages, t } from '../ui/localise.ts';
import { panelState, type VsCodeApi } from '../ui/panelState.ts';
import { pageChannel } from '../ui/pageChannel.ts';
import { Progress } from '../ui/Progress.tsx';
import { registerToolkit } from '../ui/toolkit.ts';
import { standaloneHost } from './panelHost.ts';
import { ReportPanel, type PanelHandle } from './ReportPanel.tsx';
import '../ui/page.css';
import './report.css';
import './details.css';

declare const acquireVsCodeApi: (() => VsCodeApi) | undefined;

/** Element in which the extension puts the translations, as JSON. */
const MESSAGES_ELEMENT = 'eigenscope-l10n';

function start(root: HTMLElement): void {
  const bundle = document.getElementById(MESSAGES_ELEMENT)?.textContent;
  if (bundle) setMessages(JSON.parse(bundle) as Record<string, string>);
  registerToolkit();
  const api = typeof acquireVsCodeApi === 'function' ? acquireVsCodeApi() : undefined;
  const store = panelState(api);
  const handle: PanelHandle = { select: () => undefined, accept: () => undefined };
  const show = (report: Report): void => {
    render(
      <ReportPanel
        report={report}
        host={host}
        store={store}
        standalone={api === undefined}
        handle={handle}
      />,
      root,
    );
  };
  const host = api
    ? connect<ReportPanelHost>(pageChannel(api), {
        showReport: ({ report }) => {
          show(report);
          return Promise.resolve();
        },
        selectLayer: ({ id }) => {
          handle.select(id);
          return Promise.resolve();
        },
        showAcceptances: ({ accepted }) => {
          handle.accept(accepted);
          return Promise.resolve();
        },
      } satisfies ReportPanelView).remote
    : standaloneHost();
  render(<Progress name={t('Loading the report')} />, root);
  host.report().then(show, (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    render(
      <p class="panel-error" role="alert">
        {t('The report cannot be shown: {0}', message)}
      </p>,
      root,
    );
  });
}

start(document.getElementById('app') ?? document.body);
