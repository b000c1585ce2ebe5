import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { spawnSync } from 'node:child_process';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseVerification } from '../../../src/core/report/verification/parseVerification.ts';
import { commandLine } from '../../fixtures/commandLine.ts';
import { floatNpy, zipFile } from '../../fixtures/inputArchives.ts';
import { writeOnnx } from '../../fixtures/onnxModel.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { DIST } from '../../fixtures/testEngine.ts';

const markdownIt = createRequire(import.meta.url)('markdown-it') as (options: object) => {
  render(markdown: string): string;
};

const folder = tempFolder();
const eigenscope = commandLine(folder);

function write(name: string, factor: number, operator = 'MatMul', output = 'y'): void {
  writeOnnx(folder, name, {
    nodes: [op(operator, ['x', 'w'], 'p'), op('Softmax', ['p'], output)],
    initializers: [{ name: 'w', dims: [2, 2], values: [1, 2, 3, 5].map((each) => factor * each) }],
    inputs: [{ name: 'x', dims: ['batch', 2] }],
    outputs: [{ name: output, dims: ['batch', 2] }],
  });
}

const MARKED = 'y|<b>*z*</b>';
write('a.onnx', 1);
write('b.onnx', 1.25);
write('broken.onnx', 1, 'NoSuchOperator');
write('marked.onnx', 1, 'MatMul', MARKED);
fs.writeFileSync(path.join(folder, 'text.onnx'), 'a line of text, and no model\n');
const x = zipFile([{ name: 'x.npy', bytes: floatNpy([3, 1, 2], [1, 0, 0, 1, -1, 1]) }]);
fs.writeFileSync(path.join(folder, 'x.npz'), x);
fs.writeFileSync(path.join(folder, 'notes.json'), '{"mine": true}');

describe('eigenscope verify', () => {
  it('passes a model against itself, and says what that is worth', () => {
    const { status, stdout, stderr } = eigenscope('verify', 'a.onnx', 'a.onnx');
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(
      /^On synthetic noise, which is weak evidence: a\.onnx against a\.onnx passed over 16 samples: every output is equal\.\n/,
    );
    expect(stderr).toMatch(/^ {2}KL \(nats\) {9}0\.000 \[0\.000, 0\.000\], worst 0\.000$/m);
    expect(stderr).toMatch(/^ {2}top-1 {13}1\.000 \[0\.7941, 1\.000\], worst 1\.000$/m);
  });

  it('writes JSON of the published schema, and exits 1 where the models differ', () => {
    const run = eigenscope(
      'verify',
      'a.onnx',
      'b.onnx',
      '--inputs',
      'x.npz',
      '--quiet',
      '--json',
      '-',
    );
    expect([run.status, run.stderr]).toEqual([1, '']);
    const schema = JSON.parse(
      fs.readFileSync('schemas/eigenscope.verification-1.schema.json', 'utf8'),
    ) as object;
    const value: unknown = JSON.parse(run.stdout);
    expect(new Ajv({ strict: false }).validate(schema, value)).toBe(true);
    const verification = parseVerification(run.stdout, 'standard output');
    expect(verification.headline).toMatch(
      /^b\.onnx against a\.onnx failed over 3 samples: output 'y':/,
    );
    const [output] = verification.outputs;
    expect([output!.distribution, output!.kl!.n, output!.top1!.mean]).toEqual([
      'probabilities',
      3,
      1,
    ]);
    // Softmax over (s, t) is (1 - p, p) with p the logistic function of t - s.
    const logistic = (z: number): number => 1 / (1 + Math.exp(-z));
    const divergences = [1, 2, 1].map((gap) => {
      const [p, q] = [logistic(gap), logistic(1.25 * gap)];
      return p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    });
    expect(output!.kl!.mean).toBeCloseTo(divergences.reduce((a, b) => a + b, 0) / 3, 6);
    expect(output!.kl!.worst).toBeCloseTo(Math.max(...divergences), 6);
  });

  it('says which field of a document departs from the schema', () => {
    expect(() => parseVerification('{', 'x.json')).toThrow(/^x\.json is not JSON/);
    expect(() => parseVerification('{"schema": "eigenscope.verification/1"}', 'x.json')).toThrow(
      /^x\.json is not a verification of schema eigenscope\.verification\/1: at tool/,
    );
  });

  it('passes under a threshold that allows the difference', () => {
    const run = (bound: string) =>
      eigenscope('verify', 'a.onnx', 'b.onnx', '--quiet', '--max-error', bound).status;
    expect([run('0'), run('1')]).toEqual([1, 0]);
  });

  it('writes Markdown in which names are text alone, over its own again', () => {
    const run = () =>
      eigenscope('verify', 'marked.onnx', 'marked.onnx', '--quiet', '--md', 'out.md');
    expect([run().status, run().status]).toEqual([0, 0]);
    const html = markdownIt({ html: true }).render(
      fs.readFileSync(path.join(folder, 'out.md'), 'utf8'),
    );
    expect(html).toContain('<td>y|&lt;b&gt;*z*&lt;/b&gt;</td>');
    expect(html).toContain('<h1>Passed</h1>');
  });

  it.each<[readonly string[], number, RegExp]>([
    [[], 2, /verify takes two models, .*, not 0\. Try --help\.$/],
    [['a.onnx'], 2, /not 1\. Try --help\.$/],
    [['a.onnx', 'b.onnx', 'a.onnx'], 2, /not 3\. Try --help\.$/],
    [
      ['a.onnx', 'b.onnx', '--max-error', 'much'],
      2,
      /--max-error is a number from 0 up, such as 0\.01, not 'much'/,
    ],
    [['a.onnx', 'b.onnx', '--max-error', '-1'], 2, /--max-error/],
    [['a.onnx', 'b.onnx', '--samples', '0'], 2, /--samples is a whole number from 1 up, not '0'/],
    [
      ['a.onnx', 'b.onnx', '--dims', 'batch'],
      2,
      /--dims takes NAME=LENGTH, such as batch=1, not 'batch'/,
    ],
    [['a.onnx', 'b.onnx', '--dims', 'batch=1,batch=2'], 2, /--dims gives 'batch' twice/],
    [
      ['a.onnx', 'b.onnx', '--provider', 'nonesuch'],
      2,
      /has no execution provider 'nonesuch' here: onnxruntime-node .* has cpu.*--provider/,
    ],
    [['a.onnx', 'b.onnx', '--provider', ''], 2, /--provider takes a name, such as webgpu/],
    [['a.onnx', 'b.onnx', '--dims', 'batch=1', '--inputs', 'x.npz'], 2, /Give one of the two/],
    [['a.onnx', 'b.onnx', '--json', '-', '--md', '-'], 2, /Only one of --json, --html and --md/],
    [['a.onnx', 'b.onnx', '--json', 'notes.json'], 2, /notes\.json exists and is not a report/],
    [['a.onnx', 'b.onnx', '--json', 'a.onnx', '--force'], 2, /a\.onnx is the model itself/],
    [
      ['a.onnx', 'b.onnx', '--inputs', 'x.npz', '--json', 'x.npz', '--force'],
      2,
      /x\.npz is the model itself/,
    ],
    [['a.onnx', 'b.onnx', '--inputs', 'nowhere.npz'], 2, /nowhere\.npz do not exist/],
    [['a.onnx', 'marked.onnx', '--logits', 'q'], 2, /--logits names 'q'/],
    [['a.onnx', 'marked.onnx'], 1, /output 'y': A gives it and B does not/],
    [['a.onnx', 'nowhere.onnx'], 3, /nowhere\.onnx does not exist/],
    [['a.onnx', 'text.onnx'], 3, /text\.onnx is not an ONNX model/],
    [['a.onnx', 'broken.onnx'], 3, /ONNX Runtime does not load broken\.onnx/],
  ])('%j exits %i', (args, status, message) => {
    const run = eigenscope('verify', ...args);
    expect([run.status, run.stdout]).toEqual([status, '']);
    const [line] = run.stderr.split('\n');
    expect(line).toMatch(message);
    if (status !== 1) expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('says in one sentence that ONNX Runtime is not there', () => {
    const apart = path.join(folder, 'apart');
    fs.mkdirSync(apart);
    for (const name of fs.readdirSync(DIST).filter((each) => /\.(mjs|wasm)$/.test(each)))
      fs.copyFileSync(path.join(DIST, name), path.join(apart, name));
    const { status, stderr } = spawnSync(
      process.execPath,
      [path.join(apart, 'cli.mjs'), 'verify', 'a.onnx', 'b.onnx'],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_PATH: '' } },
    );
    expect([status, stderr]).toEqual([
      2,
      'eigenscope: ONNX Runtime, which runs the models, is not installed; the extension made for a platform has it, and beside the command line it is installed with: npm install onnxruntime-node --ignore-scripts\n',
    ]);
  });

  it('writes one page that carries the verification as data alone', () => {
    const run = eigenscope('verify', 'marked.onnx', 'marked.onnx', '--quiet', '--html', '-');
    expect([run.status, run.stderr]).toEqual([0, '']);
    const data = /<script type="application\/json" id="eigenscope-verification">(.*?)<\/script>/s;
    const shown = JSON.parse(data.exec(run.stdout)![1]!) as { verification: object };
    const verification = parseVerification(JSON.stringify(shown.verification), 'the page');
    expect(verification.outputs.map(({ name }) => name)).toEqual([MARKED]);
    expect(run.stdout).not.toContain(MARKED);
    expect(run.stdout).toMatch(/<title>marked\.onnx - Eigenscope<\/title>/);
  });

  it('prints what it takes', () => {
    const { status, stdout } = eigenscope('verify', '--help');
    expect([status, stdout.split('\n')[0]]).toEqual([
      0,
      'Usage: eigenscope verify A.onnx B.onnx [options]',
    ]);
  });
});
