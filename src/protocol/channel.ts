/** A way to send and receive plain data: process messages, webview messages, or a pair in memory. */
export interface Channel {
  post(message: unknown): void;
  /** Calls the listener for every message that arrives; returns how to stop. */
  onMessage(listener: (message: unknown) => void): () => void;
}
