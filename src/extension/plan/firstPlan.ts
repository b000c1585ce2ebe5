import path from 'node:path';
import * as vscode from 'vscode';
import type { Plan } from '../../core/plan/plan.ts';
import { METHODS_OF, DEFAULT_PLAN_SETTINGS } from '../../core/plan/planRequest.ts';
import { planNeeds } from '../../core/plan/planNeeds.ts';
import { DEFAULT_SEED, type EngineApi } from '../../engine/engineApi.ts';
import { CancelledError } from '../../protocol/cancellation.ts';
import { chooseLayers } from '../analysis/chooseLayers.ts';
import { failureOf } from '../analysis/failure.ts';
import { percentDone, progressLine } from '../analysis/progressText.ts';
import { plainMessage } from '../plainMessage.ts';
import { defaultPlan, FIRST_TARGETS, suits } from './defaultPlan.ts';
import type { PlanSources } from './planSources.ts';

export interface FirstPlanParts {
  readonly engine: () => EngineApi;
  readonly sources: PlanSources;
  readonly version: string;
  readonly log: vscode.LogOutputChannel;
}

/**
 * The plan of a model that a person starts from, under a notification with progress that can be cancelled.
 * What takes over a minute begins only after a choice of its layers. Undefined where it was cancelled or
 * failed, which the person is told.
 */
export async function firstPlan(
  model: vscode.Uri,
  parts: FirstPlanParts,
): Promise<Plan | undefined> {
  const { log } = parts;
  const name = path.basename(model.fsPath);
  const { t } = vscode.l10n;
  try {
    if (model.scheme !== 'file')
      throw new Error(t('it is not a file on disk ({0}:); copy it to one first', model.scheme));
    const abort = new AbortController();
    const leftOut = await leftOutOf(model.fsPath, parts.engine(), abort.signal);
    return await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: plainMessage(t('Planning {0}', name)),
        cancellable: true,
      },
      (notification, token) => {
        token.onCancellationRequested(() => abort.abort());
        return planned(model.fsPath, parts, leftOut, abort.signal, notification);
      },
    );
  } catch (thrown) {
    if (thrown instanceof CancelledError) {
      log.info(`Cancelled the plan of ${model.fsPath}`);
      return undefined;
    }
    const message =
      thrown instanceof Error && thrown.name === 'TargetError'
        ? thrown.message
        : failureOf(thrown, name, t).message;
    log.error(message);
    void vscode.window.showErrorMessage(plainMessage(message));
    return undefined;
  }
}

type Notification = vscode.Progress<{ message?: string; increment?: number }>;

async function planned(
  file: string,
  { sources, version }: FirstPlanParts,
  leftOut: Readonly<Record<string, string>>,
  signal: AbortSignal,
  notification: Notification,
): Promise<Plan> {
  notification.report({ message: vscode.l10n.t('reading the file') });
  for (const [k, target] of FIRST_TARGETS.entries()) {
    let shown = 0;
    const needs = planNeeds(target.axis, METHODS_OF[target.axis], DEFAULT_PLAN_SETTINGS);
    const source = await sources.get(
      file,
      { needs },
      {
        signal,
        onProgress: (progress) => {
          const percent = percentDone(progress);
          const message = plainMessage(progressLine(progress, vscode.l10n.t));
          notification.report({ message, increment: Math.max(0, percent - shown) });
          shown = Math.max(shown, percent);
        },
      },
      leftOut,
    );
    if (suits(source, target) || k === FIRST_TARGETS.length - 1)
      return defaultPlan(source, target, version);
  }
  throw new RangeError('There is no target to plan for.');
}

/** Ids of the matrices that a person leaves out of a long run, each with the reason. */
async function leftOutOf(
  file: string,
  engine: EngineApi,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const estimate = await engine.estimate(
    {
      file,
      mode: 'robust',
      minEigenvalues: 1,
      seed: DEFAULT_SEED,
      layers: '',
      spectra: false,
      memoryLimit: 0,
      failed: {},
    },
    { signal },
  );
  const chosen = await chooseLayers(path.basename(file), estimate, signal);
  const reason = 'left out by choice, to save time; plan again and choose it';
  return Object.fromEntries(Object.keys(chosen).map((id) => [id, reason]));
}
