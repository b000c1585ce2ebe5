import { describe, expect, it } from 'vitest';
import { checkpointArguments } from '../../../src/extension/commands/checkpointArguments.ts';

const uri = (path: string) => ({ scheme: 'file', path, toString: () => `file://${path}` });
const A = uri('/w/a.onnx');
const B = uri('/w/b.onnx');
const NOTES = uri('/w/notes.txt');

describe('the checkpoints that a menu hands to a command', () => {
  it.each<[string, unknown[], unknown[]]>([
    ['the palette gives none', [], []],
    ['the explorer gives the file under the pointer', [A, [A]], [A]],
    ['a selection gives every checkpoint, that under the pointer first', [B, [A, B]], [B, A]],
    ['other files of a selection are left out', [A, [A, NOTES]], [A]],
    ['a file named by whoever calls the command is taken as it is', [NOTES], [NOTES]],
    ['an editor tab gives its file and a place', [A, { groupId: 1, editorIndex: 0 }], [A]],
    ['a row of the sidebar gives its checkpoint', [{ kind: 'checkpoint', uri: A }], [A]],
    ['a layer of the sidebar gives the checkpoint it is in', [{ kind: 'layer', uri: B }], [B]],
    ['anything else gives none', ['a.onnx', 3], []],
  ])('%s', (_name, args, uris) => {
    expect(checkpointArguments(args)).toEqual(uris);
  });
});
