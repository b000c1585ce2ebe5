import { connect } from '../../src/protocol/rpc.ts';
import type { VsCodeApi } from './panelState.ts';

/** Calls between this page and the extension that opened it. */
export function connectHost<Host extends object>(api: VsCodeApi, view: object): Host {
  return connect<Host>(
    {
      post: (message) => api.postMessage(message),
      onMessage(listener) {
        const receive = (event: MessageEvent): void => listener(event.data);
        window.addEventListener('message', receive);
        return () => window.removeEventListener('message', receive);
      },
    },
    view,
  ).remote;
}
