import { render } from 'preact';
import type { PlanFile, PlanPanelHost, PlanPanelView } from '../../src/protocol/planPanelApi.ts';
import { connect } from '../../src/protocol/rpc.ts';
import { setMessages, t } from '../ui/localise.ts';
import { panelState, type VsCodeApi } from '../ui/panelState.ts';
import { pageChannel } from '../ui/pageChannel.ts';
import { Progress } from '../ui/Progress.tsx';
import { registerToolkit } from '../ui/toolkit.ts';
import { PlanFilePage } from './PlanFilePage.tsx';
import '../ui/page.css';
import './plan.css';

declare const acquireVsCodeApi: () => VsCodeApi;

/** Element in which the extension puts the translations, as JSON. */
const MESSAGES_ELEMENT = 'eigenscope-l10n';

function start(root: HTMLElement): void {
  const bundle = document.getElementById(MESSAGES_ELEMENT)?.textContent;
  if (bundle) setMessages(JSON.parse(bundle) as Record<string, string>);
  registerToolkit();
  const api = acquireVsCodeApi();
  const store = panelState(api);
  const show = (file: PlanFile): void => {
    render(<PlanFilePage file={file} host={host} store={store} />, root);
  };
  const host = connect<PlanPanelHost>(pageChannel(api), {
    showFile: ({ file }) => {
      show(file);
      return Promise.resolve();
    },
  } satisfies PlanPanelView).remote;
  render(<Progress name={t('Loading the plan')} />, root);
  host.file().then(show, (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    render(
      <p class="panel-error" role="alert">
        {t('The plan cannot be shown: {0}', message)}
      </p>,
      root,
    );
  });
}

start(document.getElementById('app') ?? document.body);
