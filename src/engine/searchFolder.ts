import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const NAME = /^eigenscope-search-(\d+)-/;

/**
 * A folder of this process for what a search puts on the disk. What searches left that were killed, by processes
 * that are no more, is removed first.
 */
export function searchFolder(parent = os.tmpdir()): string {
  for (const name of fs.readdirSync(parent)) {
    const owner = NAME.exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    try {
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
    } catch {
      // Another user's: theirs to remove.
    }
  }
  return fs.mkdtempSync(path.join(parent, `eigenscope-search-${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, and is there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
