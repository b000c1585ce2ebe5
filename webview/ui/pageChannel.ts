import type { Channel } from '../../src/protocol/channel.ts';
import type { VsCodeApi } from './panelState.ts';

/** The way between this page and the extension that opened it. */
export function pageChannel(api: VsCodeApi): Channel {
  return {
    post: (message) => api.postMessage(message),
    onMessage(listener) {
      const receive = (event: MessageEvent): void => listener(event.data);
      window.addEventListener('message', receive);
      return () => window.removeEventListener('message', receive);
    },
  };
}
