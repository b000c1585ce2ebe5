import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseReport } from '../../core/report/parseReport.ts';
import type { Report } from '../../core/report/report.ts';

/** Reports kept; older ones go. Each is some hundred kilobytes. */
const MOST_REPORTS = 100;

export interface StoredReport {
  readonly report: Report;
  /** The checkpoint was written, replaced or removed after the report was made. */
  readonly outdated: boolean;
}

/**
 * The last report of each checkpoint, as JSON in one folder, so that panels and the sidebar are there
 * again after a restart. A report that cannot be read counts as none.
 */
export class ReportStore {
  readonly #folder: string;
  readonly #log: (line: string) => void;
  readonly #read = new Map<string, Promise<{ report: Report; saved: number } | undefined>>();

  constructor(folder: string, log: (line: string) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  /** The last report of the checkpoint at that absolute path, or undefined. */
  async get(file: string): Promise<StoredReport | undefined> {
    let entry = this.#read.get(file);
    if (!entry) {
      entry = this.#load(file);
      this.#read.set(file, entry);
    }
    const stored = await entry;
    if (!stored) return undefined;
    const now = await stat(file).catch(() => undefined);
    const outdated =
      now === undefined || now.mtimeMs > stored.saved || now.size !== stored.report.model.bytes;
    return { report: stored.report, outdated };
  }

  /** Keeps the report; written whole or not at all. A folder that cannot be written loses only the copy on disk. */
  async put(file: string, report: Report): Promise<void> {
    this.#read.set(file, Promise.resolve({ report, saved: Date.now() }));
    const target = this.#pathOf(file);
    const partial = `${target}.${process.pid}.partial`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(partial, JSON.stringify(report));
      await rename(partial, target);
      await this.#dropOldest();
    } catch (error) {
      this.#log(`The report of ${file} was not kept: ${(error as Error).message}`);
    }
  }

  async #load(file: string): Promise<{ report: Report; saved: number } | undefined> {
    const target = this.#pathOf(file);
    try {
      const [text, { mtimeMs }] = await Promise.all([readFile(target, 'utf8'), stat(target)]);
      return { report: parseReport(text, target), saved: mtimeMs };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log(`The kept report of ${file} is not used: ${(error as Error).message}`);
      return undefined;
    }
  }

  async #dropOldest(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.json'));
    if (names.length <= MOST_REPORTS) return;
    const dated = await Promise.all(
      names.map(async (name) => {
        const target = path.join(this.#folder, name);
        return { target, mtime: (await stat(target)).mtimeMs };
      }),
    );
    dated.sort((a, b) => b.mtime - a.mtime);
    await Promise.all(dated.slice(MOST_REPORTS).map(({ target }) => rm(target, { force: true })));
  }

  #pathOf(file: string): string {
    const key = createHash('sha256').update(file).digest('hex').slice(0, 32);
    return path.join(this.#folder, `${key}.json`);
  }
}
