import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { constant, matMul, writeOnnx, type TensorSpec } from '../../fixtures/onnxModel.ts';
import { bytesField, joined, modelAround } from '../../fixtures/protobufWire.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { DIST, writeChain } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const whole = fs.readFileSync(writeChain(folder, 'whole.onnx', 2, 40));

/** A model of one MatMul weight `w`, written as given. */
function writeWeight(name: string, weight: Omit<TensorSpec, 'name'>): void {
  writeOnnx(folder, name, { nodes: [matMul('w')], initializers: [{ name: 'w', ...weight }] });
}

/** The same model with the length of its first tensor's raw data made larger than the file. */
function lyingLength(): Buffer {
  const raw = Buffer.from([0x4a, 0x80, 0x32]);
  const at = whole.indexOf(raw);
  const bytes = Buffer.from(whole);
  bytes.set([0x4a, 0xff, 0x7f], at);
  return bytes;
}

const external = (location: string, more: object = {}): Omit<TensorSpec, 'name'> => ({
  dims: [20, 20],
  external: { location, ...more },
});

fs.writeFileSync(path.join(folder, 'empty.onnx'), '');
fs.writeFileSync(path.join(folder, 'text.onnx'), 'this is no model, only a line of text\n');
fs.writeFileSync(path.join(folder, 'truncated.onnx'), whole.subarray(0, 5000));
fs.writeFileSync(path.join(folder, 'lying.onnx'), lyingLength());
writeWeight('huge.onnx', { dims: [100_000, 10_000] });
writeWeight('short.onnx', { dims: [20, 20], raw: new Uint8Array(100) });
writeWeight('missing.onnx', external('nowhere.bin'));
writeWeight('outside.onnx', external('../outside.bin'));
fs.writeFileSync(path.join(folder, 'small.bin'), new Uint8Array(64));
writeWeight('external-short.onnx', external('small.bin', { offset: '16', length: '1600' }));
fs.mkdirSync(path.join(folder, 'directory.onnx'));
fs.writeFileSync(path.join(folder, 'archive.pt'), 'PK\u0003\u0004 and more');
fs.writeFileSync(path.join(folder, 'pickle.pth'), Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc));
fs.writeFileSync(path.join(folder, 'model.gguf'), 'GGUF and more');
fs.writeFileSync(path.join(folder, 'model.safetensors'), '\u0009\0\0\0\0\0\0\0{"a": 1}');
fs.writeFileSync(path.join(folder, 'data.bin'), new Uint8Array(4096));

const bytesOf = (name: string, bytes: Uint8Array): void =>
  fs.writeFileSync(path.join(folder, name), bytes);

/** A message inside itself, over and over, written from the inside out. */
function nested(depth: number, ...fields: readonly number[]): Uint8Array {
  let bytes = new Uint8Array(0);
  for (let k = 0; k < depth; k++)
    for (const field of fields) bytes = Uint8Array.from(bytesField(field, bytes));
  return bytes;
}

/** A weight that goes into a function of the model, whose body is given. */
function writeCalls(name: string, bodies: Readonly<Record<string, string>>): void {
  writeOnnx(folder, name, {
    initializers: [{ name: 'w', dims: [20, 20], values: new Float32Array(400) }],
    nodes: [{ op: 'A', domain: 'l', inputs: ['w'], outputs: ['y'] }],
    functions: Object.entries(bodies).map(([own, called]) => ({
      domain: 'l',
      name: own,
      inputs: ['a'],
      outputs: ['b'],
      nodes: [{ op: called, domain: 'l', inputs: ['a'], outputs: ['b'] }],
    })),
  });
}

const LIMITED = 3000;
bytesOf('subgraphs.onnx', modelAround(nested(LIMITED, 6, 5, 1)));
bytesOf(
  'function-graphs.onnx',
  joined(modelAround(new Uint8Array(0)), bytesField(25, bytesField(7, nested(LIMITED, 1, 6, 5)))),
);
bytesOf('sequence-types.onnx', modelAround(bytesField(11, bytesField(2, nested(LIMITED, 1, 4)))));
bytesOf('optional-types.onnx', modelAround(bytesField(12, bytesField(2, nested(LIMITED, 1, 9)))));
bytesOf(
  'attribute-types.onnx',
  modelAround(bytesField(1, bytesField(5, bytesField(14, nested(LIMITED, 2, 5))))),
);
writeCalls('calls-itself.onnx', { A: 'A' });
writeCalls('calls-in-a-ring.onnx', { A: 'B', B: 'C', C: 'A' });
writeWeight('billion-cubed.onnx', { dims: [1e9, 1e9, 1e9] });
writeWeight('billion-external.onnx', external('small.bin', { length: '4000000000' }));
writeOnnx(folder, 'billion-constant.onnx', {
  nodes: [constant({ name: 'w', dims: [1_000_000_000, 1] }), matMul('w')],
});
writeWeight('billion-varints.onnx', {
  dims: [1e5, 1e4],
  dtype: 'float16',
  values: [1, 2],
  encoding: 'typed',
});

/** The file, and what else the one line on standard error must name. */
const CASES: readonly (readonly [string, readonly RegExp[]])[] = [
  ['empty.onnx', [/empty|0 bytes/]],
  ['text.onnx', [/text/]],
  ['truncated.onnx', [/graph/, /5000|5,000/]],
  ['lying.onnx', [/graph/]],
  ['huge.onnx', [/'w'/, /100000 x 10000|1000000000|1,000,000,000/]],
  ['short.onnx', [/'w'/, /raw_data/, /100/, /1600|1,600/]],
  ['missing.onnx', [/'w'/, /nowhere\.bin/]],
  ['outside.onnx', [/'w'/, /\.\.\/outside\.bin/]],
  ['external-short.onnx', [/'w'/, /small\.bin/, /1600|1,600|1616|1,616/]],
  ['directory.onnx', [/folder|directory/]],
  ['absent.onnx', [/not|no /]],
  ['archive.pt', [/To get ONNX from it, .*torch\.onnx\.export\(/]],
  ['pickle.pth', [/To get ONNX from it, .*torch\.onnx\.export\(/]],
  ['model.gguf', [/To get ONNX, .*optimum-cli export onnx/]],
  ['model.safetensors', [/To get ONNX, .*optimum-cli export onnx/]],
  ['subgraphs.onnx', [/graph\.node\[0\]\.attribute\[0\]\.g/, /nested more than 100 messages deep/]],
  ['function-graphs.onnx', [/functions\[0\]\.node\[0\]/, /nested more than 100 messages deep/]],
  ['sequence-types.onnx', [/graph\.input\[0\]\.type/, /nested more than 100 messages deep/]],
  ['optional-types.onnx', [/graph\.output\[0\]\.type/, /nested more than 100 messages deep/]],
  ['attribute-types.onnx', [/attribute\[0\]\.tp/, /nested more than 100 messages deep/]],
  ['calls-itself.onnx', [/functions call one another more than 32 deep/]],
  ['calls-in-a-ring.onnx', [/functions call one another more than 32 deep/]],
  ['billion-cubed.onnx', [/'w'/, /1000000000 x 1000000000 x 1000000000/]],
  ['billion-external.onnx', [/'w'/, /small\.bin/]],
  ['billion-constant.onnx', [/'w'/, /1000000000 x 1/, /no data/]],
  ['billion-varints.onnx', [/'w'/, /int32_data/, /1000000000/]],
  ['data.bin', [/an \.onnx file beside it, .*torch\.onnx\.export\(/]],
];

describe('a checkpoint that cannot be read', () => {
  it.each(CASES)(
    '%s: exit code 3, and one line that names the file and the fault',
    (name, named) => {
      const run = spawnSync(
        process.execPath,
        [path.join(DIST, 'cli.mjs'), 'analyze', path.join(folder, name), '--no-cache'],
        { encoding: 'utf8', timeout: 10_000 },
      );
      expect([run.status, run.stdout]).toEqual([3, '']);
      expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(run.stderr).toContain(name);
      for (const each of named) expect(run.stderr).toMatch(each);
    },
  );
});
