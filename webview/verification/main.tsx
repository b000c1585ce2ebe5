import { render } from 'preact';
import type {
  ShownVerification,
  VerificationPanelHost,
  VerificationPanelView,
} from '../../src/protocol/verificationPanelApi.ts';
import { connect } from '../../src/protocol/rpc.ts';
import { setMessages, t } from '../ui/localise.ts';
import { panelState, type VsCodeApi } from '../ui/panelState.ts';
import { pageChannel } from '../ui/pageChannel.ts';
import { Progress } from '../ui/Progress.tsx';
import { registerButtons } from '../ui/registerButtons.ts';
import { standaloneHost } from './panelHost.ts';
import { VerificationPanel } from './VerificationPanel.tsx';
import '../ui/page.css';
import './verification.css';

declare const acquireVsCodeApi: (() => VsCodeApi) | undefined;

/** Element in which the extension puts the translations, as JSON. */
const MESSAGES_ELEMENT = 'eigenscope-l10n';

function start(root: HTMLElement): void {
  const bundle = document.getElementById(MESSAGES_ELEMENT)?.textContent;
  if (bundle) setMessages(JSON.parse(bundle) as Record<string, string>);
  registerButtons();
  const api = typeof acquireVsCodeApi === 'function' ? acquireVsCodeApi() : undefined;
  const store = panelState(api);
  const standalone = api === undefined;
  const show = (shown: ShownVerification): void => {
    render(
      <VerificationPanel shown={shown} host={host} store={store} standalone={standalone} />,
      root,
    );
  };
  const host: VerificationPanelHost = api
    ? connect<VerificationPanelHost>(pageChannel(api), {
        showVerification: (shown) => {
          show(shown);
          return Promise.resolve();
        },
      } satisfies VerificationPanelView).remote
    : standaloneHost();
  render(<Progress name={t('Loading the verification')} />, root);
  host.verification().then(show, (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    render(
      <p class="panel-error" role="alert">
        {t('The verification cannot be shown: {0}', message)}
      </p>,
      root,
    );
  });
}

start(document.getElementById('app') ?? document.body);
