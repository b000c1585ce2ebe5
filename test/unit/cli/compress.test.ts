import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/core/plan/parsePlan.ts';
import type { Plan, PlanLayer } from '../../../src/core/plan/plan.ts';
import type { Compression } from '../../../src/core/report/compression/compression.ts';
import { commandLine } from '../../fixtures/commandLine.ts';
import { writeOnnx } from '../../fixtures/onnxModel.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { onnx } from '../../fixtures/onnxProto.ts';
import { writePlan } from '../../fixtures/planFile.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { DIST } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const eigenscope = commandLine(folder);
const at = (name: string): string => path.join(folder, name);

const random = seededRandom(11);
const SIDE = 96;

/** y = softmax(x W V), W and V Gaussian; `operator` in the place of the first product. */
function write(
  name: string,
  operator = 'MatMul',
  change = (value: number): number => value,
): string {
  const weight = (): Float64Array =>
    Float64Array.from({ length: SIDE * SIDE }, () => change(random.normal() / 10));
  return writeOnnx(folder, name, {
    nodes: [
      op(operator, ['x', 'w'], 'h'),
      op('MatMul', ['h', 'v'], 'p'),
      op('Softmax', ['p'], 'y'),
    ],
    initializers: ['w', 'v'].map((each) => ({ name: each, dims: [SIDE, SIDE], values: weight() })),
    inputs: [{ name: 'x', dims: ['batch', SIDE] }],
    outputs: [{ name: 'y', dims: ['batch', SIDE] }],
  });
}

function writeLarge(): string {
  const values = Float64Array.from({ length: 250 * 250 }, () => random.normal());
  return writeOnnx(folder, 'large.onnx', {
    nodes: [op('MatMul', ['x', 'w'], 'y')],
    initializers: [{ name: 'w', dims: [250, 250], values }],
  });
}

const model = write('model.onnx');
write('other.onnx');
const broken = write('broken.onnx', 'NoSuchOperator');
fs.writeFileSync(at('text.onnx'), 'a line of text, and no model\n');
fs.writeFileSync(at('notes.json'), '{"mine": true}');
fs.symlinkSync('model.onnx', at('link.onnx'));
fs.linkSync(model, at('hard.onnx'));
fs.writeFileSync(at('taken.onnx'), 'mine');

const half = { action: 'lowrank', rank: 24 } as const;
await writePlan(at('half.json'), model, () => half);
await writePlan(at('large.json'), writeLarge(), () => half);
await writePlan(at('broken.json'), broken, () => half);
const edited = (name: string, change: (first: PlanLayer) => object): Promise<string> =>
  writePlan(
    at(name),
    model,
    () => half,
    (plan: Plan) => ({
      ...plan,
      layers: plan.layers.map((layer, k) => (k === 0 ? { ...layer, ...change(layer) } : layer)),
    }),
  );
await edited('unknown.json', () => ({ id: 'nowhere', name: 'nowhere' }));
await edited('zero.json', () => ({ rank: 0 }));
await edited('above.json', () => ({ rank: SIDE + 1 }));

const listing = (): string[] => fs.readdirSync(folder).sort();

describe('eigenscope compress', () => {
  it('applies what eigenscope plan planned, to a file that ONNX Runtime and onnx-proto read', () => {
    const plan = ['--axis', 'lowrank', '--target', 'parameters=0.6', '-o', 'p.json', '--quiet'];
    expect(eigenscope('plan', 'model.onnx', ...plan).status).toBe(0);
    const args = ['model.onnx', '--plan', 'p.json', '-o', 'small.onnx', '--json', '-'];
    const { status, stdout, stderr } = eigenscope('compress', ...args);
    expect(status).toBe(0);
    const compression = JSON.parse(stdout) as Compression;
    const schema = JSON.parse(
      fs.readFileSync('schemas/eigenscope.compression-1.schema.json', 'utf8'),
    ) as object;
    expect(new Ajv({ strict: false }).validate(schema, compression)).toBe(true);
    const { files, bytes, layers, check } = compression;
    expect(files).toEqual([{ file: at('small.onnx'), bytes: fs.statSync(at('small.onnx')).size }]);
    expect(bytes.before).toBe(fs.statSync(model).size);
    expect(Math.abs(bytes.written / bytes.predicted - 1)).toBeLessThan(0.01);
    expect(check).toMatchObject({ loaded: true, reason: '' });
    const planned = parsePlan(fs.readFileSync(at('p.json'), 'utf8'), 'p.json');
    expect(layers.map(({ id, action }) => [id, action])).toEqual(
      planned.layers.flatMap(({ id, action }) => (action === 'keep' ? [] : [[id, action]])),
    );
    for (const { error } of layers) expect(error.measured! / error.predicted!).toBeCloseTo(1, 2);
    expect(stderr).toMatch(/^ {2}bytes {7}\d+ > \d+ \(0\.\d+\), \d+ predicted$/m);
    expect(stderr).toMatch(/^ {2}check {7}loaded by onnxruntime-node /m);
    const proto = onnx.ModelProto.decode(fs.readFileSync(at('small.onnx')));
    expect(proto.graph!.node!.length).toBeGreaterThan(3);
  });

  it('says of pruned weights what only packing gains', async () => {
    const action = { action: 'prune', sparsity: 0.75, pattern: 'unstructured' } as const;
    await writePlan(at('prune.json'), model, () => action);
    const args = ['model.onnx', '--plan', 'prune.json', '-o', 'pruned.onnx'];
    const { status, stderr } = eigenscope('compress', ...args);
    expect(status).toBe(0);
    expect(fs.statSync(at('pruned.onnx')).size).toBe(fs.statSync(model).size);
    expect(stderr).toMatch(
      /^ {2}gzip {8}\d+ > \d+ \(0\.\d+\) of the pruned weights; as stored they are as large as before$/m,
    );
  });

  it('replaces an output with --force, and gives a copy where the plan keeps everything', async () => {
    await writePlan(at('keep.json'), model, () => ({ action: 'keep' }));
    const args = ['compress', 'model.onnx', '--plan', 'keep.json', '-o', 'copy.onnx', '--quiet'];
    fs.writeFileSync(at('copy.onnx'), 'old');
    expect(eigenscope(...args).status).toBe(2);
    expect(fs.readFileSync(at('copy.onnx'), 'utf8')).toBe('old');
    expect(eigenscope(...args, '--force')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(fs.readFileSync(at('copy.onnx')).equals(fs.readFileSync(model))).toBe(true);
  });

  it('is shown to fail by verify where the result gives NaN', () => {
    write('nan.onnx', 'MatMul', () => NaN);
    const { status, stderr } = eigenscope('verify', 'model.onnx', 'nan.onnx');
    expect(status).toBe(1);
    expect(stderr).toMatch(/model\.onnx failed over 16 samples: output 'y': .*NaN/);
  });
});

const LARGE = ['large.onnx', '--plan', 'large.json', '-o', 'out.onnx'];
const COMPRESS = ['model.onnx', '--plan', 'half.json', '-o', 'out.onnx'];
const to = (output: string): string[] => [...COMPRESS.slice(0, 4), output];
const by = (plan: string): string[] => ['model.onnx', '--plan', plan, '-o', 'out.onnx'];

/** A folder that nobody may write to; of the system's, where the tests run as one who may write to all others. */
function readOnlyFolder(): string {
  if (process.getuid?.() === 0) return '/sys';
  fs.mkdirSync(at('sealed'), { mode: 0o555 });
  return at('sealed');
}

describe('eigenscope compress refuses, and leaves nothing behind', () => {
  it.each<[string, number, readonly string[], RegExp]>([
    ['no model', 2, [], /No model was given\. Try --help\.$/],
    ['two models', 2, ['a.onnx', 'b.onnx'], /'b\.onnx' is one too many/],
    [
      'too little memory',
      2,
      [...LARGE, '--memory', '1'],
      /needs 2 MB of memory and 1 MB may be used/,
    ],
    ['no plan', 2, ['model.onnx', '-o', 'out.onnx'], /No plan was given/],
    ['no output', 2, ['model.onnx', '--plan', 'half.json'], /-o says where/],
    ['standard output', 2, to('-'), /cannot go to standard output/],
    ['a plan that is not there', 2, by('nil.json'), /nil\.json cannot be read/],
    ['a plan that is none', 2, by('notes.json'), /notes\.json is not a plan of schema/],
    [
      'a plan of another model',
      2,
      ['other.onnx', ...COMPRESS.slice(1)],
      /half\.json is a plan for model\.onnx with the SHA-256 \w+…, and other\.onnx has \w+…: another model/,
    ],
    [
      'an unknown layer',
      2,
      by('unknown.json'),
      /unknown\.json: at layers\.0\.id: model\.onnx has no weight 'nowhere'/,
    ],
    ['rank 0', 2, by('zero.json'), /zero\.json is not a plan .* at layers\.0\.rank/],
    [
      'a rank above full',
      2,
      by('above.json'),
      /above\.json: at layers\.0\.rank: 97 is above the full rank of w, 96; use a rank from 1 to 96/,
    ],
    ['an output that exists', 2, to('taken.onnx'), /taken\.onnx exists already/],
    ['the model as output', 2, [...to('model.onnx'), '--force'], /never written over/],
    ['a symbolic link to it', 2, [...to('link.onnx'), '--force'], /never written over/],
    ['a hard link to it', 2, [...to('hard.onnx'), '--force'], /never written over/],
    ['the plan as output', 2, [...to('half.json'), '--force'], /half\.json is the plan itself/],
    ['one place for both', 2, [...COMPRESS, '--json', 'out.onnx'], /would both be written/],
    ['a report over notes', 2, [...COMPRESS, '--json', 'notes.json'], /is not a report of/],
    [
      'a report over the plan',
      2,
      [...COMPRESS, '--json', 'half.json', '--force'],
      /half\.json is the plan itself/,
    ],
    ['a folder that is not there', 2, to('no/out.onnx'), /no is no folder/],
    ['a read-only folder', 2, to(`${readOnlyFolder()}/out.onnx`), /may not be written to/],
    [
      'a model that is not there',
      3,
      ['nil.onnx', ...COMPRESS.slice(1)],
      /nil\.onnx does not exist/,
    ],
    ['a model that is none', 3, ['text.onnx', ...COMPRESS.slice(1)], /is not an ONNX model/],
    [
      'a model that ONNX Runtime rejects',
      3,
      ['broken.onnx', '--plan', 'broken.json', '-o', 'out.onnx'],
      /ONNX Runtime rejects \S*broken\.onnx itself, .*NoSuchOperator.*Nothing was written/,
    ],
  ])('%s with exit code %i', (_, code, args, message) => {
    const before = listing();
    const { status, stdout, stderr } = eigenscope('compress', ...args, '--no-cache');
    expect({ status, stdout }).toEqual({ status: code, stdout: '' });
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(listing()).toEqual(before);
    expect(fs.readFileSync(at('taken.onnx'), 'utf8')).toBe('mine');
  });

  it('when no more can be written', () => {
    const before = listing();
    // The limit of a file's size, in blocks of at least 512 bytes, ends a write as a full disk does.
    const command = 'ulimit -f 16; exec "$0" "$@"';
    const cli = [process.execPath, path.join(DIST, 'cli.mjs'), 'compress', ...COMPRESS];
    const { status, stderr } = spawnSync('sh', ['-c', command, ...cli, '--no-cache'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/out\.onnx cannot be written: it would be larger than a file may be/);
    expect(listing()).toEqual(before);
  });
});
