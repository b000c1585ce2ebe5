import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../../src/core/report/report.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { writeChain } from '../../fixtures/testEngine.ts';

interface CliPackage {
  readonly packageCli: (folder: string) => string;
}

const { packageCli } = (await import(
  new URL('../../../scripts/packageCli.mjs', import.meta.url).href
)) as CliPackage;

const folder = tempFolder();
const tarball = packageCli(path.join(folder, 'packed'));

/** An empty project, with nothing above it that a program could be resolved from. */
const project = path.join(folder, 'project');
fs.mkdirSync(project);
fs.writeFileSync(path.join(project, 'package.json'), '{ "private": true }');
writeChain(project, 'model.onnx', 2, 20);

const shell = process.platform === 'win32';

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    shell,
    env: { ...process.env, XDG_CACHE_HOME: path.join(folder, 'cache') },
  });
  return { status, stdout, stderr };
}

const installed = run('npm', 'install', '--offline', '--ignore-scripts', '--no-audit', tarball);
const place = path.join(project, 'node_modules', 'eigenscope');

function filesBelow(root: string): string[] {
  return fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .sort();
}

describe('the npm package of the command line', () => {
  it('installs offline, without scripts and without another package', () => {
    expect([installed.status, installed.stderr.includes('npm error')]).toEqual([0, false]);
    const packages = fs
      .readdirSync(path.join(project, 'node_modules'))
      .filter((name) => !name.startsWith('.'));
    expect(packages).toEqual(['eigenscope']);
  });

  it('holds what the command line needs and nothing else', () => {
    expect(filesBelow(place)).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/NOTICES.txt',
      'dist/cli.mjs',
      'dist/engine.mjs',
      'dist/kernels-fma.wasm',
      'dist/kernels-wide.wasm',
      'dist/kernels.wasm',
      'dist/runner.mjs',
      'dist/trial.mjs',
      'dist/webview/frontier.css',
      'dist/webview/frontier.js',
      'dist/webview/standalone.css',
      'dist/webview/standalone.js',
      'dist/webview/standaloneVerification.css',
      'dist/webview/standaloneVerification.js',
      'dist/worker.mjs',
      'docs/figures.md',
      'docs/search.md',
      'package.json',
      ...fs.readdirSync('schemas').map((name) => `schemas/${name}`),
    ]);
  });

  it('says of itself what the repository says', () => {
    const read = (file: string) =>
      JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
    const [manifest, repository] = [read(path.join(place, 'package.json')), read('package.json')];
    for (const field of ['name', 'version', 'description', 'license', 'type', 'bin'])
      expect([field, manifest[field]]).toEqual([field, repository[field]]);
    expect(
      Object.keys(manifest).filter((field) => /dependencies|scripts|main|private/i.test(field)),
    ).toEqual([]);
    expect(run('npx', '--offline', 'eigenscope', '--version').stdout).toBe(
      `${String(manifest['version'])}\n`,
    );
  });

  it('names no file of the machine it was built on', () => {
    for (const file of filesBelow(place))
      expect([
        file,
        fs.readFileSync(path.join(place, file), 'utf8').includes(path.resolve('.')),
      ]).toEqual([file, false]);
  });

  it('analyzes a model where it is installed, and writes both reports', () => {
    const { status, stdout, stderr } = run(
      'npx',
      '--offline',
      'eigenscope',
      'analyze',
      'model.onnx',
      '--json',
      'report.json',
      '--html',
      'report.html',
    );
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/model\.onnx: 2 matrices analyzed, 0 tensors skipped/);
    const report: unknown = JSON.parse(fs.readFileSync(path.join(project, 'report.json'), 'utf8'));
    expect(v.parse(reportSchema, report).layers.map(({ status: each }) => each)).toEqual([
      'ok',
      'ok',
    ]);
    const page = fs.readFileSync(path.join(project, 'report.html'), 'utf8');
    expect(page).toMatch(/^<!DOCTYPE html>[^]*<title>model\.onnx - Eigenscope<\/title>/);
  });
});
