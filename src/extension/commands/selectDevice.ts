import * as vscode from 'vscode';
import { type DeviceChoice, deviceConflict } from '../../engine/engineApi.ts';
import type { CommandParts } from './commandTable.ts';

interface DeviceItem extends vscode.QuickPickItem {
  /** Undefined for the self-test. */
  readonly device?: DeviceChoice;
}

/** Asks what to compute on, and keeps the answer in the settings of the machine. */
export async function selectDevice(parts: CommandParts): Promise<void> {
  const { config, selfTest } = parts;
  const picked = await vscode.window.showQuickPick<DeviceItem>(deviceItems(parts), {
    title: vscode.l10n.t('Select Compute Device'),
    placeHolder: vscode.l10n.t('A GPU shares the work in fast precision'),
    matchOnDetail: true,
  });
  if (!picked) return;
  const { device } = picked;
  if (device === undefined) return selfTest.show();
  await config.set('device', device);
  if (deviceConflict(device, config.precision) === undefined) return;
  const fast = vscode.l10n.t('Use Fast Precision');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('A GPU computes in float32, and the precision is set to exact.'),
    fast,
  );
  if (answer === fast) await config.set('precision', 'fast');
}

/** The choices, the one in force marked; what there is to know of the GPU comes from the engine. */
async function deviceItems({ config, engine, log }: CommandParts): Promise<DeviceItem[]> {
  let reason = '';
  try {
    reason = (await engine().selfTest({ device: namedOr(config.device) })).device.reason;
  } catch (error) {
    reason = (error as Error).message;
    log.error(reason);
  }
  const items: DeviceItem[] = [
    {
      label: vscode.l10n.t('Automatic'),
      detail: vscode.l10n.t('The GPU in fast precision, where it is faster than the CPU'),
      device: 'auto',
    },
    {
      label: vscode.l10n.t('CPU'),
      detail: vscode.l10n.t('No GPU is looked for'),
      device: 'cpu',
    },
    { label: vscode.l10n.t('GPU'), detail: reason, device: 'gpu' },
  ];
  const { device } = config;
  if (!items.some((item) => item.device === device))
    items.push({ label: device, detail: reason, device });
  return [
    ...items.map((item) =>
      item.device === device ? { ...item, description: vscode.l10n.t('in use') } : item,
    ),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: vscode.l10n.t('Compute Self-Test...'), alwaysShow: true },
  ];
}

/** The adapter that is named in the settings, else the machine's own. */
function namedOr(device: DeviceChoice): DeviceChoice {
  return device === 'cpu' ? 'auto' : device;
}
