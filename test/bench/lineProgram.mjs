import { spawn } from 'node:child_process';
import * as readline from 'node:readline';

/** A program that answers one line with one line, and stays warm between them. */
export function lineProgram(command, args, env = {}) {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  });
  const answers = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`${command} ${args.join(' ')} ended without an answer.`);
      return value;
    },
    close: () => child.kill(),
  };
}
