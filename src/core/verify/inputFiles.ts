import fs from 'node:fs';
import path from 'node:path';
import { readJsonSamples } from './jsonTensors.ts';
import { readNpy } from './npy.ts';
import type { NumberTensor } from './tensorData.ts';
import { readTensorProto } from './tensorProto.ts';
import { inputsError } from './verifyError.ts';
import { VERIFY_LIMITS } from './verifyLimits.ts';
import { readZip } from './zipEntries.ts';

export interface GivenArray {
  /** Name of the input; empty where the file gives none. */
  readonly name: string;
  /** Place among the inputs, as `input_1.pb` has it; undefined where there is none. */
  readonly place: number | undefined;
  readonly tensor: NumberTensor;
  /** What it is called in messages. */
  readonly what: string;
}

/** Arrays that belong together: of one sample, or of several along an axis of theirs. */
export interface GivenGroup {
  readonly label: string;
  readonly arrays: readonly GivenArray[];
}

const TEST_DATA_SET = /^test_data_set_(\d+)$/;
const TEST_INPUT = /^input_(\d+)\.pb$/;

/**
 * The arrays of the files given, each `FILE` or `NAME=FILE`: `.npz`, `.npy`, `.pb` (a TensorProto), `.json`,
 * or a folder of ONNX test data (`test_data_set_0/input_0.pb`). Files of one array each belong to one group,
 * all others are a group (or several) by themselves. Throws VerifyError (`inputs`).
 */
export function readInputFiles(given: readonly string[]): readonly GivenGroup[] {
  const single: GivenArray[] = [];
  const groups: GivenGroup[] = [];
  for (const each of given) {
    const { name, file } = nameAndFile(each);
    const kind = path.extname(file).toLowerCase();
    if (statOf(file).isDirectory()) groups.push(...testData(file));
    else if (kind === '.npy') {
      const tensor = readNpy(wholeFile(file, VERIFY_LIMITS.fileBytes), file);
      single.push({ name, place: undefined, tensor, what: file });
    } else if (kind === '.pb') {
      const { name: own, tensor } = readTensorProto(file);
      const place = TEST_INPUT.exec(path.basename(file))?.[1];
      single.push({
        name: name || own,
        place: place === undefined ? undefined : Number(place),
        tensor,
        what: file,
      });
    } else if (kind === '.npz') groups.push(npzGroup(file));
    else if (kind === '.json') groups.push(...jsonGroups(file));
    else
      throw inputsError(
        `${file} is not of a kind that is read as inputs: .npz, .npy, .pb (ONNX test data), .json, or a folder of ONNX test data.`,
      );
    if (name !== '' && kind !== '.npy' && kind !== '.pb')
      throw inputsError(`${each}: only a .npy or .pb file, which holds one array, takes a name.`);
  }
  if (single.length === 0) return groups;
  if (groups.length > 0)
    throw inputsError(
      'Files of one array (.npy, .pb) and files of whole samples (.npz, .json, folders) cannot be given together; put all arrays in one .npz.',
    );
  return [{ label: single.map(({ what }) => path.basename(what)).join(', '), arrays: single }];
}

/** `NAME=FILE`, where no file is called so itself. */
function nameAndFile(given: string): { name: string; file: string } {
  const at = given.indexOf('=');
  return at <= 0 || fs.existsSync(given)
    ? { name: '', file: given }
    : { name: given.slice(0, at), file: given.slice(at + 1) };
}

function npzGroup(file: string): GivenGroup {
  const entries = readZip(wholeFile(file, VERIFY_LIMITS.fileBytes), file);
  if (entries.length === 0) throw inputsError(`${file} holds no arrays.`);
  const arrays = entries.map(({ name, bytes }) => {
    const what = `${name} in ${file}`;
    if (!name.endsWith('.npy'))
      throw inputsError(
        `${what} is no array: an .npz holds .npy files. Write it with numpy.savez.`,
      );
    return { name: name.slice(0, -4), place: undefined, tensor: readNpy(bytes, what), what };
  });
  return { label: path.basename(file), arrays };
}

function jsonGroups(file: string): readonly GivenGroup[] {
  const text = new TextDecoder().decode(wholeFile(file, VERIFY_LIMITS.jsonBytes));
  const samples = readJsonSamples(text, file);
  return samples.map((sample, k) => ({
    label: samples.length === 1 ? path.basename(file) : `${path.basename(file)}[${k}]`,
    arrays: [...sample].map(([name, tensor]) => ({
      name,
      place: undefined,
      tensor,
      what: `'${name}' of sample ${k} in ${file}`,
    })),
  }));
}

/** A folder with `input_0.pb` and so on, or one with such folders. */
function testData(folder: string): readonly GivenGroup[] {
  const sets = numbered(folder, TEST_DATA_SET).map((name) => path.join(folder, name));
  const groups = [folder, ...sets].flatMap((each): readonly GivenGroup[] => {
    const files = numbered(each, TEST_INPUT);
    const arrays = files.map((name, place) => {
      const file = path.join(each, name);
      const { name: own, tensor } = readTensorProto(file);
      return { name: own, place, tensor, what: file };
    });
    return arrays.length === 0 ? [] : [{ label: path.basename(each), arrays }];
  });
  if (groups.length === 0)
    throw inputsError(
      `${folder} holds no ONNX test data: neither input_0.pb nor test_data_set_0/input_0.pb is in it.`,
    );
  return groups;
}

function numbered(folder: string, pattern: RegExp): readonly string[] {
  const number = (name: string): number => Number(pattern.exec(name)![1]);
  const names = fs.readdirSync(folder).filter((name) => pattern.test(name));
  if (names.length > VERIFY_LIMITS.folderFiles)
    throw inputsError(
      `${folder} holds ${names.length} files of test data; at most ${VERIFY_LIMITS.folderFiles} are read.`,
    );
  return names.sort((a, b) => number(a) - number(b));
}

function statOf(file: string): fs.Stats {
  try {
    return fs.statSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function wholeFile(file: string, limit: number): Uint8Array {
  const stat = statOf(file);
  if (!stat.isFile())
    throw inputsError(`${file} is a device, pipe or socket. Give a regular file.`);
  if (stat.size > limit)
    throw inputsError(
      `${file} has ${stat.size} bytes; files of inputs of up to ${limit} bytes are read. Give fewer samples.`,
    );
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown) {
  const { code, message } = error as NodeJS.ErrnoException;
  return inputsError(
    code === 'ENOENT' || code === 'ENOTDIR'
      ? `The inputs ${file} do not exist. Check the path.`
      : `The inputs ${file} cannot be read (${message}).`,
  );
}
