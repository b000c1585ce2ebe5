import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Verification } from '../../core/report/verification/verification.ts';
import { DEFAULT_SEED, type VerifyRequest } from '../../engine/engineApi.ts';
import { CancelledError } from '../../protocol/cancellation.ts';
import { shortPaths } from '../analysis/shortPaths.ts';
import { askBound } from '../compression/askBound.ts';
import { askInputs } from '../compression/askInputs.ts';
import { askLengths } from '../compression/askLengths.ts';
import { verifyProgress } from '../compression/progressLines.ts';
import { verifyFailure } from '../compression/taskFailure.ts';
import { trusted } from '../compression/trusted.ts';
import { withTaskProgress } from '../compression/withTaskProgress.ts';
import { plainMessage } from '../plainMessage.ts';
import { checkpointArguments } from './checkpointArguments.ts';
import type { CommandParts } from './commandTable.ts';
import { pickAmong, pickCheckpoint } from './pickCheckpoint.ts';

/** Paths of an original and of the model that is held against it. */
export interface ModelPair {
  readonly a: string;
  readonly b: string;
}

/**
 * Holds a model against its original: the models given, of which one is asked for as the original, or those
 * chosen. The original of a model that a plan made here is known.
 */
export async function verify(parts: CommandParts, args: readonly unknown[]): Promise<void> {
  if (!mayVerify()) return;
  const pair = await pairOf(parts, checkpointArguments(args));
  if (pair) await verifyPair(parts, pair);
}

/** Runs both models on inputs that are asked for, and shows how far the second is from the first. */
export async function verifyPair(parts: CommandParts, pair: ModelPair): Promise<void> {
  if (!mayVerify()) return;
  const { t } = vscode.l10n;
  const names = { a: path.basename(pair.a), b: path.basename(pair.b) };
  const title = plainMessage(t('Verify {0} against {1}', names.b, names.a));
  const inputs = await askInputs(title);
  if (!inputs) return;
  const maxError = await askBound(title, parts.memento);
  if (maxError === undefined) return;
  try {
    const verification = await verified(parts, { ...pair, inputs, maxError }, title);
    if (verification) await parts.verifications.show(pair, verification);
  } catch (thrown) {
    if (thrown instanceof CancelledError) {
      parts.log.info(`Cancelled: ${title}`);
      return;
    }
    const platform = `${process.platform}-${process.arch}`;
    parts.log.error(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    const message = verifyFailure(thrown, names, platform, t);
    const short = shortPaths(shortPaths(message, pair.b, names.b), pair.a, names.a);
    const showLog = t('Show Log');
    void vscode.window.showErrorMessage(plainMessage(short), showLog).then((answer) => {
      if (answer === showLog) parts.log.show();
    });
  }
}

function mayVerify(): boolean {
  return trusted(
    vscode.l10n.t('Verifying runs models of the workspace. Trust the workspace to do that.'),
  );
}

async function pairOf(
  { applied }: CommandParts,
  given: readonly vscode.Uri[],
): Promise<ModelPair | undefined> {
  const { t } = vscode.l10n;
  const [first, second, third] = given;
  if (third) {
    void vscode.window.showInformationMessage(
      t('Verify takes two models; choose no more than two.'),
    );
    return undefined;
  }
  if (first && second) {
    const original = await pickAmong([first, second], t('Which of them is the original?'));
    if (!original) return undefined;
    const other = original.toString() === first.toString() ? second : first;
    return { a: original.fsPath, b: other.fsPath };
  }
  if (first) {
    const made = (await applied.of(first.fsPath))?.compression.model.file;
    if (made !== undefined && existsSync(made)) return { a: made, b: first.fsPath };
    const name = path.basename(first.fsPath);
    const original = await pickCheckpoint(plainMessage(t('The original of {0}', name)));
    return original && { a: original.fsPath, b: first.fsPath };
  }
  const original = await pickCheckpoint(t('Verify: the original'));
  const other = original && (await pickCheckpoint(t('Verify: the model held against it')));
  return other && { a: original.fsPath, b: other.fsPath };
}

interface Wanted extends ModelPair {
  readonly inputs: readonly string[];
  readonly maxError: number;
}

/** Asks for lengths of made-up inputs where the models do not run without; undefined where a person gives up. */
async function verified(
  { engine, log, config }: CommandParts,
  wanted: Wanted,
  title: string,
): Promise<Verification | undefined> {
  let dims: Readonly<Record<string, number>> = {};
  for (;;) {
    const request: VerifyRequest = {
      ...wanted,
      rows: false,
      samples: 0,
      seed: DEFAULT_SEED,
      dims,
      logits: [],
      threads: 1,
      provider: config.verifyProvider,
    };
    try {
      return await withTaskProgress(title, (signal, show) =>
        engine().verify(request, {
          signal,
          onProgress: (progress) => show(verifyProgress(progress, vscode.l10n.t)),
        }),
      );
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'made-up') throw error;
      log.info((error as Error).message);
      const axes = await withTaskProgress(title, (signal, show) =>
        engine().seededLengths(wanted, {
          signal,
          onProgress: (progress) => show(verifyProgress(progress, vscode.l10n.t)),
        }),
      );
      if (axes.length === 0) throw error;
      const lengths = await askLengths(title, axes, dims);
      if (!lengths) return undefined;
      dims = lengths;
    }
  }
}
