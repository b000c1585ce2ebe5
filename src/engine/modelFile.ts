import * as fs from 'node:fs';
import { ExternalFiles } from '../core/checkpoint/onnx/externalFiles.ts';
import { readModel } from '../core/checkpoint/onnx/readModel.ts';
import { placeModel } from '../core/checkpoint/onnx/scopes.ts';
import { openRangeReader } from '../core/checkpoint/rangeReader.ts';
import { inputHints, type InputHint } from '../core/verify/inputHints.ts';

/** What is known of a model before it is run. */
export interface ModelFile {
  readonly file: string;
  readonly bytes: number;
  /** Of the files beside it that hold its external data. */
  readonly externalBytes: number;
  readonly hints: ReadonlyMap<string, InputHint>;
}

/** Throws CheckpointError where the file is no ONNX model, or lacks its external data. */
export function readModelFile(file: string): ModelFile {
  const reader = openRangeReader(file);
  try {
    const tree = readModel(reader);
    const externals = new ExternalFiles(file);
    const beside = new Set<string>();
    for (const { header, name } of placeModel(tree, file).tensors)
      if (header.external) beside.add(externals.locate(header, name, undefined).file);
    const externalBytes = [...beside].reduce((sum, each) => sum + fs.statSync(each).size, 0);
    return { file, bytes: reader.size, externalBytes, hints: inputHints(tree, reader) };
  } finally {
    reader.close();
  }
}
