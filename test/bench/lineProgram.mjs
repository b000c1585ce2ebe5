import { spawn } from 'node:child_process';
import * as readline from 'node:readline';

/** A program that answers one line with one line, and stays warm between them until it is begun anew. */
export function lineProgram(command, args, env = {}) {
  let child;
  let answers;
  const start = () => {
    child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, ...env },
    });
    answers = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  };
  start();
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`${command} ${args.join(' ')} ended without an answer.`);
      return value;
    },
    restart: () => {
      child.kill();
      start();
    },
    close: () => child.kill(),
  };
}
