import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Texts under keys, each a file of one folder, so that they are there again after a restart. Of more than
 * `most` the oldest go. A folder that cannot be written loses them with the window, which the log says.
 */
export class KeptTexts {
  readonly #folder: string;
  readonly #most: number;
  readonly #log: (line: string) => void;
  readonly #put = new Map<string, string>();

  constructor(folder: string, most: number, log: (line: string) => void) {
    this.#folder = folder;
    this.#most = most;
    this.#log = log;
  }

  /** The text last put under the key; undefined where there is none or it cannot be read. */
  async get(key: string): Promise<string | undefined> {
    const known = this.#put.get(key);
    if (known !== undefined) return known;
    const file = this.#pathOf(key);
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log(`${file} cannot be read: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** Keeps the text; written whole or not at all. */
  async put(key: string, text: string): Promise<void> {
    this.#put.set(key, text);
    const target = this.#pathOf(key);
    const partial = `${target}.${process.pid}.partial`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(partial, text);
      await rename(partial, target);
      await this.#dropOldest();
      this.#put.delete(key);
    } catch (error) {
      this.#log(`${target} was not written: ${(error as Error).message}`);
    }
  }

  async #dropOldest(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.json'));
    if (names.length <= this.#most) return;
    const dated = await Promise.all(
      names.map(async (name) => {
        const target = path.join(this.#folder, name);
        return { target, mtime: (await stat(target)).mtimeMs };
      }),
    );
    dated.sort((a, b) => b.mtime - a.mtime);
    await Promise.all(dated.slice(this.#most).map(({ target }) => rm(target, { force: true })));
  }

  #pathOf(key: string): string {
    const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
    return path.join(this.#folder, `${name}.json`);
  }
}
