import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as v from 'valibot';

/**
 * Where what was measured on this machine is remembered: another processor, Node, build of the kernels, or
 * anything else that is named, has a file of its own.
 */
export function machineFile(
  cacheDir: string,
  subject: string,
  wasm: Uint8Array,
  besides: readonly string[],
): string {
  const machine = [os.cpus()[0]?.model, os.arch(), process.version, ...besides];
  const key = createHash('sha256').update(wasm).update(JSON.stringify(machine)).digest('hex');
  return path.join(cacheDir, `${subject}-${key.slice(0, 16)}.json`);
}

/** What the file holds; undefined where there is none or it holds something else. */
export function readRemembered<T>(
  file: string,
  schema: v.GenericSchema<unknown, T>,
): T | undefined {
  try {
    return v.parse(schema, JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written is no error: the next start measures again. */
export function writeRemembered(file: string, found: object): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(temporary, JSON.stringify(found));
    fs.renameSync(temporary, file);
  } catch {
    fs.rmSync(temporary, { force: true });
  }
}
