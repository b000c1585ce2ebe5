import { spawn } from 'node:child_process';
import * as fs from 'node:fs';

const POLL_MS = 20;

/** Wall seconds and peak resident megabytes (null off Linux) of a command and its children, summed. */
export async function wholeRun(command, args) {
  const started = performance.now();
  const child = spawn(command, args, { stdio: 'ignore' });
  let peak = null;
  const poll = setInterval(() => {
    const now = residentMegabytes(child.pid);
    if (now !== null) peak = Math.max(peak ?? 0, now);
  }, POLL_MS);
  const code = await new Promise((resolve) => child.on('exit', resolve));
  clearInterval(poll);
  if (code !== 0) throw new Error(`${args.join(' ')} exited ${code}.`);
  return { seconds: (performance.now() - started) / 1000, megabytes: peak };
}

function residentMegabytes(pid) {
  if (process.platform !== 'linux') return null;
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    const own = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return children
      .filter((each) => each.trim() !== '')
      .reduce((sum, each) => sum + (residentMegabytes(Number(each)) ?? 0), own);
  } catch {
    return null;
  }
}
