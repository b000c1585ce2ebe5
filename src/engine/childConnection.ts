import { fork } from 'node:child_process';
import type { Channel } from '../protocol/channel.ts';
import { connect } from '../protocol/rpc.ts';

export interface ChildConnection<Api> {
  readonly pid: number | undefined;
  readonly remote: Api;
  /** How it ended, in words: an exit code, a signal, or why it could not be started. */
  readonly ended: Promise<string>;
  kill(): void;
}

export interface ChildProgram {
  /** Absolute path of the bundle. */
  readonly file: string;
  /** Its one argument, as JSON. */
  readonly start: object;
  /** What it sends when it can take calls. */
  readonly ready: string;
  /** What it is called when it ends, such as `engine`. */
  readonly called: string;
}

/** ONNX Runtime 1.29 and newer sends what it runs to its makers, unless told not to by whichever of these it knows. */
const NO_TELEMETRY = { ORT_DISABLE_TELEMETRY: '1', ORT_TELEMETRY_DISABLED: '1' };

/** Without what would make the child load the shell's own hooks, or run as a window. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('VSCODE_'),
  );
  // In desktop VS Code the executable is Electron; this makes the child a plain Node.
  return { ...Object.fromEntries(kept), ...NO_TELEMETRY, ELECTRON_RUN_AS_NODE: '1' };
}

/** Starts a program as a child of this process, so that its crash is not ours, and connects to its API. */
export function startChild<Api extends object>(
  { file, start, ready: readyMessage, called }: ChildProgram,
  log?: (line: string) => void,
): ChildConnection<Api> {
  const child = fork(file, [JSON.stringify(start)], {
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
    // To one that has just ended a message fails to be sent: its exit tells, which may be seen only later.
    if (child.connected) child.send(message as object, () => undefined);
  };
  const channel: Channel = {
    post: (message) => (ready ? send(message) : void waiting.push(message)),
    onMessage: (listener) => {
      child.on('message', listener);
      return () => child.off('message', listener);
    },
  };
  child.on('message', (message) => {
    if (message !== readyMessage) return;
    ready = true;
    for (const each of waiting.splice(0)) send(each);
  });

  const connection = connect<Api>(channel, {});
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`it could not be started: ${error.message}`));
    child.on('exit', (code, signal) =>
      resolve(signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`),
    );
  });
  void ended.then((how) => connection.dispose(`The ${called} ended: ${how}.`));

  return {
    pid: child.pid,
    remote: connection.remote,
    ended,
    kill: () => void child.kill('SIGKILL'),
  };
}
