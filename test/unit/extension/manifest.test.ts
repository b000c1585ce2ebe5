import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CHECKPOINTS_VIEW,
  COMMAND_IDS,
  REPORT_VIEW_TYPE,
  VERIFICATION_VIEW_TYPE,
} from '../../../src/extension/commandIds.ts';

interface Manifest {
  readonly icon: string;
  readonly main: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { command: string; category: string }[];
    readonly menus: Readonly<Record<string, readonly { command: string; when?: string }[]>>;
    readonly views: Readonly<Record<string, readonly { id: string; icon: string }[]>>;
    readonly jsonValidation: readonly { fileMatch: string | readonly string[]; url: string }[];
    readonly walkthroughs: readonly { steps: readonly { media: { markdown: string } }[] }[];
  };
}

const text = readFileSync('package.json', 'utf8');
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;
const json = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;

describe('package.json', () => {
  it('contributes exactly the commands that the extension registers', () => {
    expect(contributes.commands.map(({ command }) => command)).toEqual([...COMMAND_IDS]);
  });

  it('has every menu entry name a command that there is', () => {
    const named = Object.values(contributes.menus).flatMap((menu) =>
      menu.map((each) => each.command),
    );
    expect(named.filter((command) => !COMMAND_IDS.includes(command as never))).toEqual([]);
  });

  it('activates by itself only to restore a panel', () => {
    expect(manifest.activationEvents).toEqual(
      [REPORT_VIEW_TYPE, VERIFICATION_VIEW_TYPE].map((type) => `onWebviewPanel:${type}`),
    );
  });

  it('offers the analysis wherever the file lies, over SSH and in containers too', () => {
    const clauses = ['explorer/context', 'editor/title/context'].map(
      (menu) => contributes.menus[menu]![0]!,
    );
    for (const { command, when } of clauses) {
      expect(command).toBe('eigenscope.analyze');
      expect(when).toContain('resourceExtname == .onnx');
      expect(when).not.toContain('resourceScheme');
    }
  });

  it.each([
    ['report.json', true],
    ['Report-2024.json', true],
    ['model.onnx.json', true],
    ['small.onnx.verification.json', true],
    ['verify.json', true],
    ['small.eigenplan.json', false],
    ['eigenscope.json', false],
    ['package.json', false],
    ['reports/package.json', false],
    ['model.onnx', false],
  ])('offers to open %s as a report: %s', (name, offered) => {
    const clauses = ['explorer/context', 'editor/title/context'].flatMap((menu) =>
      contributes.menus[menu]!.filter(({ command }) => command === 'eigenscope.openReport'),
    );
    expect(clauses).toHaveLength(2);
    for (const { when } of clauses) {
      const [, pattern] = /resourceFilename =~ \/(.*)\/i/.exec(when!)!;
      expect(new RegExp(pattern!, 'i').test(name.split('/').at(-1)!)).toBe(offered);
    }
  });

  it('has editors check accepted findings and reports against the published schemas', () => {
    const { jsonValidation } = contributes;
    expect(jsonValidation.map(({ fileMatch }) => fileMatch)).toContain('eigenscope.json');
    expect(jsonValidation.filter(({ url }) => !existsSync(url))).toEqual([]);
    const packaged = readFileSync('.vscodeignore', 'utf8');
    expect(packaged).toContain('!schemas/*.json');
  });

  it('has the sidebar of the extension', () => {
    expect(contributes.views['eigenscope']!.map(({ id }) => id)).toEqual([CHECKPOINTS_VIEW]);
  });

  it('names pictures and texts that there are', () => {
    const media = contributes.walkthroughs.flatMap(({ steps }) =>
      steps.map((s) => s.media.markdown),
    );
    const icons = contributes.views['eigenscope']!.map(({ icon }) => icon);
    const named = [manifest.icon, ...icons, ...media];
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
  });
});

describe('texts', () => {
  it('of package.json are in package.nls.json, each of them and no other', () => {
    const used = [...text.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
    expect([...new Set(used)].sort()).toEqual(Object.keys(json('package.nls.json')).sort());
  });

  it('of the code are in the bundle for translators, each of them and no other', () => {
    expect(() =>
      execFileSync(process.execPath, ['scripts/l10n.mjs', '--check'], { stdio: 'pipe' }),
    ).not.toThrow();
  });
});
