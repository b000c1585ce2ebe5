import { spawn } from 'node:child_process';

/**
 * Runs a program with its output on ours; resolves to its exit code, 1 where a signal ended it. With
 * `together` the output is kept and written in one piece at the end, so that programs can run side by side.
 */
export function runCommand(command, args, { cwd, env = process.env, together = false }) {
  return new Promise((resolve, reject) => {
    const sink = together ? 'pipe' : 'inherit';
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', sink, sink] });
    const said = [];
    child.stdout?.on('data', (bytes) => said.push(bytes));
    child.stderr?.on('data', (bytes) => said.push(bytes));
    child.on('error', reject);
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(said));
      resolve(code ?? 1);
    });
  });
}
