/** What a webview of VS Code gets from `acquireVsCodeApi`. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** Where a panel keeps what must outlive its page. */
export interface StateStore {
  read(): unknown;
  write(state: object): void;
}

/**
 * In VS Code the state is kept per panel, together with what the extension needs to fill the panel after
 * a restart (`data-restore`); a standalone report keeps it in its entry of the tab's history.
 */
export function panelState(api: VsCodeApi | undefined): StateStore {
  if (api)
    return {
      read: () => api.getState(),
      write: (state) => api.setState({ ...state, restore: document.body.dataset['restore'] }),
    };
  return {
    read: () => history.state as unknown,
    write: (state) => history.replaceState(state, ''),
  };
}
