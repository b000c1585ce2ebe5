import { fork } from 'node:child_process';
import * as path from 'node:path';
import type { Channel } from '../protocol/channel.ts';
import { connect } from '../protocol/rpc.ts';
import type { EngineApi } from './engineApi.ts';
import { ENGINE_READY, type EngineStart } from './engineStart.ts';

export interface EngineProcess {
  readonly pid: number | undefined;
  readonly remote: EngineApi;
  /** How it ended, in words: an exit code, a signal, or why it could not be started. */
  readonly ended: Promise<string>;
  kill(): void;
}

/** Kept from the engine: they would make it load the shell's own hooks, or run as a window. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('VSCODE_'),
  );
  // In desktop VS Code the executable is Electron; this makes the child a plain Node.
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}

/** Starts the engine as a child of this process, so that its crash is not ours. */
export function startEngine(start: EngineStart, log?: (line: string) => void): EngineProcess {
  const child = fork(path.join(start.dist, 'engine.mjs'), [JSON.stringify(start)], {
    execArgv: [],
    env: cleanEnvironment(),
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => log?.(text.trimEnd()));

  const waiting: unknown[] = [];
  let ready = false;
  const send = (message: unknown): void => {
    if (child.connected) child.send(message as object);
  };
  const channel: Channel = {
    post: (message) => (ready ? send(message) : void waiting.push(message)),
    onMessage: (listener) => {
      child.on('message', listener);
      return () => child.off('message', listener);
    },
  };
  child.on('message', (message) => {
    if (message !== ENGINE_READY) return;
    ready = true;
    for (const each of waiting.splice(0)) send(each);
  });

  const connection = connect<EngineApi>(channel, {});
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`it could not be started: ${error.message}`));
    child.on('exit', (code, signal) =>
      resolve(signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`),
    );
  });
  void ended.then((how) => connection.dispose(`The engine ended: ${how}.`));

  return {
    pid: child.pid,
    remote: connection.remote,
    ended,
    kill: () => void child.kill('SIGKILL'),
  };
}
