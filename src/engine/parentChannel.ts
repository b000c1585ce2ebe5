import type { Channel } from '../protocol/channel.ts';

/** The channel of a child process to the one that started it; messages are dropped once that is gone. */
export function parentChannel(): Channel {
  return {
    post: (message) => {
      if (process.connected) process.send?.(message);
    },
    onMessage: (listener) => {
      process.on('message', listener);
      return () => process.off('message', listener);
    },
  };
}
