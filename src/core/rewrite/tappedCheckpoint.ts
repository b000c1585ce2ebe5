import * as fs from 'node:fs';
import * as path from 'node:path';
import { modelFiles } from '../checkpoint/modelHash.ts';
import { GRAPH, VALUE_INFO } from '../checkpoint/onnx/messageShapes.ts';
import type { OnnxModel } from '../checkpoint/onnx/onnxCheckpoint.ts';
import { openRangeReader, type RangeReader } from '../checkpoint/rangeReader.ts';
import { isMain } from './inputTaps.ts';
import { FILE_SYSTEM, writeFiles } from './outputFiles.ts';
import { bytesPiece, type Edit } from './piece.ts';
import { RewriteError } from './rewriteError.ts';
import { splicedPieces } from './splicedPieces.ts';
import { fieldNumber, fieldsOf, lengthField } from './wire.ts';

/**
 * Writes a copy of a model that gives the named values of its main graph as outputs too, into a folder that
 * holds nothing else. All else is the same, byte for byte; files of external data are linked where the file
 * system can, else copied. A value that is an input of the graph is left out: its user has it already.
 *
 * @returns the path of the copy
 * @throws RewriteError `output-unwritable`
 */
export function tappedCheckpoint(
  reader: RangeReader,
  model: OnnxModel,
  values: readonly string[],
  folder: string,
): string {
  const { inputs, outputs } = model.tree.graph;
  const known = new Set([...inputs, ...outputs]);
  const added = [...new Set(values)].filter((name) => !known.has(name));
  const first = model.placed.nodes.find(({ scope }) => isMain(scope));
  const edits: Edit[] =
    first && added.length > 0
      ? [{ offset: first.tree.span.offset, bytes: 0, pieces: added.map(outputField) }]
      : [];
  const file = path.join(folder, 'model.onnx');
  writeFiles([{ file, pieces: splicedPieces(reader, edits) }], FILE_SYSTEM, openRangeReader);
  const [own, ...beside] = modelFiles(model.checkpoint);
  for (const each of beside) {
    const target = path.join(folder, path.relative(path.dirname(own!), each));
    try {
      fs.mkdirSync(path.dirname(target), { recursive: true });
      linkOrCopy(each, target);
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new RewriteError(
        'output-unwritable',
        `${target}, a copy of ${each} for as long as the model runs, cannot be written: ${reason}. Free some space in the folder for temporary files.`,
        { cause },
      );
    }
  }
  return file;
}

/** An entry of the graph's outputs; a runtime infers its type. */
function outputField(name: string): ReturnType<typeof bytesPiece> {
  const info = fieldsOf(VALUE_INFO).bytes('name', name);
  return bytesPiece(lengthField(fieldNumber(GRAPH, 'output'), info));
}

function linkOrCopy(from: string, to: string): void {
  try {
    fs.linkSync(from, to);
  } catch {
    // Another file system, or one without links.
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
  }
}
