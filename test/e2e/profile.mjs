import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** VS Code with nothing that asks, greets, updates, moves or talks to the network. */
const SETTINGS = {
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.colorTheme': 'Dark Modern',
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * A throw-away VS Code profile with an empty workspace folder, all in one temporary folder.
 * `remove` deletes it.
 */
export function makeProfile(settings = {}) {
  const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'eigenscope-e2e-')));
  const profile = {
    root,
    user: path.join(root, 'user'),
    extensions: path.join(root, 'extensions'),
    server: path.join(root, 'server'),
    home: path.join(root, 'home'),
    workspace: path.join(root, 'models'),
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
  for (const folder of [
    path.join(profile.user, 'User'),
    profile.extensions,
    profile.home,
    profile.workspace,
  ])
    mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(profile.user, 'User/settings.json'),
    JSON.stringify({ ...SETTINGS, ...settings }, undefined, 2),
  );
  return profile;
}
