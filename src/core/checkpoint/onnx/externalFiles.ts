import fs from 'node:fs';
import path from 'node:path';
import type { ByteRange } from '../checkpoint.ts';
import { CheckpointError, type CheckpointErrorCode } from '../checkpointError.ts';
import { LIMITS } from '../limits.ts';
import type { TensorHeader } from './tensorHeader.ts';

/** A tensor's values in a file beside the model. */
export interface ExternalRange {
  readonly file: string;
  readonly range: ByteRange;
}

/** At most 15 digits: no more fit into a file's offsets. */
const DIGITS = /^\d{1,15}$/;

interface ExternalFile {
  readonly path: string;
  readonly size: number;
}

/**
 * Finds external data (ONNX external data format: location, offset, length) inside the model's own
 * folder and nowhere else: absolute paths, `..` and links that lead outside are refused.
 */
export class ExternalFiles {
  private readonly files = new Map<string, ExternalFile>();
  private readonly folder: string;

  constructor(private readonly model: string) {
    this.folder = path.dirname(path.resolve(model));
  }

  /** Where the values of a tensor lie. `expected` is the bytes its shape needs, where that is known. */
  locate(header: TensorHeader, name: string, expected: number | undefined): ExternalRange {
    const refuse: Refusal = (code, what) => {
      throw new CheckpointError(code, `${this.model}: the tensor '${name}' ${what}`, {
        file: this.model,
        tensor: name,
        field: `${header.path}.external_data`,
        offset: header.offset,
      });
    };
    const entries = header.external ?? new Map<string, string>();
    const location = entries.get('location') ?? '';
    const offset = count(entries.get('offset') ?? '0', 'offset', refuse);
    const file = this.file(location, refuse);
    const declared = entries.get('length');
    const length =
      declared === undefined
        ? (expected ?? Math.max(0, file.size - offset))
        : count(declared, 'length', refuse);
    const end = offset + length;
    if (end > file.size)
      refuse(
        'external-short',
        `needs the bytes ${offset} to ${end} of ${file.path}, which has only ${file.size}. Copy or download that file again.`,
      );
    return { file: file.path, range: { offset, bytes: length } };
  }

  /** The files that tensors have been found in so far. */
  found(): readonly { readonly file: string; readonly bytes: number }[] {
    const bytes = new Map([...this.files.values()].map((each) => [each.path, each.size]));
    return [...bytes].map(([file, size]) => ({ file, bytes: size }));
  }

  private file(location: string, refuse: Refusal): ExternalFile {
    const known = this.files.get(location);
    if (known) return known;
    if (this.files.size >= LIMITS.externalFiles)
      refuse(
        'limit-exceeded',
        `is in one more than ${LIMITS.externalFiles} files beside the model.`,
      );
    const file = this.find(location, refuse);
    this.files.set(location, file);
    return file;
  }

  private find(location: string, refuse: Refusal): ExternalFile {
    const shown = JSON.stringify(location);
    if (location === '')
      refuse('malformed', 'is stored in another file, but the location of that file is not given.');
    if (location.includes('\0'))
      refuse('malformed', `is stored at the location ${shown}, which is no file name.`);
    const outside = `is stored at the location ${shown}, outside the model's folder, where nothing is read. Copy that file into ${this.folder} and export the model again.`;
    if (
      path.posix.isAbsolute(location) ||
      path.win32.isAbsolute(location) ||
      /^[A-Za-z]:/.test(location)
    )
      refuse('external-outside', outside);
    if (location.split(/[\\/]/).includes('..')) refuse('external-outside', outside);

    const full = path.resolve(this.folder, location);
    let real: string;
    let stat: fs.Stats;
    let folder: string;
    try {
      folder = fs.realpathSync(this.folder);
      real = fs.realpathSync(full);
      stat = fs.statSync(real);
    } catch {
      return refuse(
        'external-missing',
        `is stored in ${full}, which does not exist or may not be read. Copy that file beside the model.`,
      );
    }
    if (!real.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep))
      refuse(
        'external-outside',
        `is stored in ${full}, a link to ${real} outside the model's folder, where nothing is read. Replace the link by a copy of that file.`,
      );
    if (!stat.isFile())
      refuse('external-missing', `is stored in ${full}, which is not a file. Copy the data there.`);
    return { path: full, size: stat.size };
  }
}

type Refusal = (code: CheckpointErrorCode, what: string) => never;

function count(text: string, key: string, refuse: Refusal): number {
  if (!DIGITS.test(text))
    refuse(
      'malformed',
      `has the external data ${key} ${JSON.stringify(text)}, where a number of bytes is expected.`,
    );
  return Number(text);
}
