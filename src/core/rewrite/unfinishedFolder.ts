import * as fs from 'node:fs';
import * as path from 'node:path';

/** What a crash has left is old after so long; a rewrite that is going on is not. */
const STALE_MS = 60 * 60 * 1000;

/** Where a new model is made before it gets its place: in the same folder, so that it can be moved there. */
export function unfinishedFolder(output: string, mark: string): string {
  const { dir, base } = path.parse(path.resolve(output));
  return path.join(dir, `.${base}.${mark}.tmp`);
}

/** Marks say which process works there, so that what a dead one has left can be told. */
export function markOf(pid: number, random: string): string {
  return `${pid}-${random}`;
}

/** Removes what one attempt has left. */
export function removeUnfinished(output: string, mark: string): void {
  remove(unfinishedFolder(output, mark));
}

/**
 * Removes what attempts at that output have left whose process is gone: that process, or without it any that
 * is dead and whose work is old.
 */
export function removeAbandoned(output: string, pid?: number, now = Date.now()): void {
  const { dir, base } = path.parse(path.resolve(output));
  const start = `.${base}.`;
  for (const name of namesIn(dir)) {
    const found = name.startsWith(start) ? UNFINISHED.exec(name.slice(start.length)) : null;
    if (!found) continue;
    const owner = Number(found[1]);
    const folder = path.join(dir, name);
    const isAbandoned = pid === undefined ? !isAlive(owner) && isOld(folder, now) : owner === pid;
    if (isAbandoned) remove(folder);
  }
}

const UNFINISHED = /^(\d+)-[0-9a-f]+\.tmp$/;

function namesIn(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function remove(folder: string): void {
  try {
    fs.rmSync(folder, { recursive: true, force: true });
  } catch {
    // It stands in nobody's way, and the next attempt at that output tries again.
  }
}

function isOld(folder: string, now: number): boolean {
  const stat = fs.statSync(folder, { throwIfNoEntry: false });
  return stat !== undefined && now - stat.mtimeMs > STALE_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
