import path from 'node:path';
import * as vscode from 'vscode';
import type { Report } from '../../core/report/report.ts';
import {
  DEFAULT_SEED,
  type AnalyzeProgress,
  type AnalyzeRequest,
  type EngineApi,
} from '../../engine/engineApi.ts';
import { CancelledError } from '../../protocol/cancellation.ts';
import type { Config } from '../config.ts';
import { plainMessage } from '../plainMessage.ts';
import { withAnalysisProgress } from './analysisProgress.ts';
import { chooseLayers } from './chooseLayers.ts';
import type { AnalysisState } from './analysisState.ts';
import { failureOf, type Failure } from './failure.ts';
import { percentDone } from './progressText.ts';
import type { ReportStore } from './reportStore.ts';
import { shortPaths } from './shortPaths.ts';
import { unsolvedText } from './unsolvedText.ts';

const IDLE: AnalysisState = { kind: 'idle' };

export interface AnalysesParts {
  readonly engine: () => EngineApi;
  readonly config: Config;
  readonly store: ReportStore;
  readonly log: vscode.LogOutputChannel;
  /** Analyses the file once more and shows what comes of it. */
  readonly again: (file: vscode.Uri) => void;
}

/**
 * The analyses that run or wait, one after the other: each uses every core. Tells the person about
 * progress, failures and layers that could not be solved.
 */
export class Analyses implements vscode.Disposable {
  readonly #parts: AnalysesParts;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #states = new Map<string, AnalysisState>();
  readonly #results = new Map<string, Promise<Report | undefined>>();
  readonly #aborts = new Set<AbortController>();
  #last: Promise<unknown> = Promise.resolve();

  /** The state of that checkpoint is another; progress counts by the percent. */
  readonly onDidChange = this.#changed.event;

  constructor(parts: AnalysesParts) {
    this.#parts = parts;
  }

  stateOf(file: vscode.Uri): AnalysisState {
    return this.#states.get(file.toString()) ?? IDLE;
  }

  /** Checkpoints that were asked for since the start, wherever they lie. */
  get asked(): readonly vscode.Uri[] {
    return [...this.#states.keys()].map((key) => vscode.Uri.parse(key, true));
  }

  /**
   * The report, or undefined where the analysis was cancelled or failed; a file that runs or waits is not
   * begun twice. With `ask`, what takes over a minute is begun only after a choice of its layers.
   */
  analyze(file: vscode.Uri, { ask }: { readonly ask: boolean }): Promise<Report | undefined> {
    const key = file.toString();
    const begun = this.#results.get(key);
    if (begun) return begun;
    const abort = new AbortController();
    this.#aborts.add(abort);
    this.#set(file, { kind: 'queued' });
    this.#setAnalyzing();
    const result = this.#last
      .then(() => this.#run(file, ask, abort))
      .finally(() => {
        this.#aborts.delete(abort);
        this.#results.delete(key);
        this.#setAnalyzing();
      });
    this.#last = result;
    this.#results.set(key, result);
    return result;
  }

  /** Stops what runs and forgets what waits. */
  cancel(): void {
    for (const abort of this.#aborts) abort.abort();
  }

  dispose(): void {
    this.cancel();
    this.#changed.dispose();
  }

  async #run(file: vscode.Uri, ask: boolean, abort: AbortController): Promise<Report | undefined> {
    const { log, store } = this.#parts;
    const name = path.basename(file.fsPath);
    try {
      if (abort.signal.aborted) throw new CancelledError();
      if (file.scheme !== 'file')
        throw new Error(
          vscode.l10n.t('it is not a file on disk ({0}:); copy it to one first', file.scheme),
        );
      log.info(`Analyzing ${file.fsPath}`);
      const request = await this.#request(file, ask, abort.signal);
      const report = await withAnalysisProgress(name, abort, (onProgress) =>
        this.#solve(file, request, abort.signal, onProgress),
      );
      await store.put(file.fsPath, report);
      log.info(
        `Analyzed ${file.fsPath}: ${report.layers.length} layers, ${report.skipped.length} tensors skipped, ${report.compute.seconds.toFixed(1)} s, ${report.compute.cached} from the cache`,
      );
      this.#set(file, IDLE);
      const unsolved = unsolvedText(report, name, vscode.l10n.t);
      if (unsolved !== undefined) void this.#tell('warning', unsolved, file, true);
      return report;
    } catch (thrown) {
      if (thrown instanceof CancelledError) {
        log.info(`Cancelled the analysis of ${file.fsPath}`);
        this.#set(file, IDLE);
        return undefined;
      }
      this.#fail(file, failureOf(thrown, name, vscode.l10n.t), thrown);
      return undefined;
    }
  }

  /** What to ask of the engine, without the layers that a person leaves out. */
  async #request(file: vscode.Uri, ask: boolean, signal: AbortSignal): Promise<AnalyzeRequest> {
    const { engine, config } = this.#parts;
    const request: AnalyzeRequest = {
      file: file.fsPath,
      mode: config.mode,
      precision: config.precision,
      device: config.device,
      minEigenvalues: config.minEigenvalues,
      seed: DEFAULT_SEED,
      layers: '',
      spectra: false,
      memoryLimit: 0,
      failed: {},
    };
    if (!ask) return request;
    const estimate = await engine().estimate(request, { signal });
    return {
      ...request,
      leftOut: await chooseLayers(path.basename(file.fsPath), estimate, signal),
    };
  }

  #solve(
    file: vscode.Uri,
    request: AnalyzeRequest,
    signal: AbortSignal,
    onProgress: (progress: AnalyzeProgress) => void,
  ): Promise<Report> {
    let percent = -1;
    return this.#parts.engine().analyze(request, {
      signal,
      onProgress: (progress) => {
        onProgress(progress);
        if (percentDone(progress) === percent) return;
        percent = percentDone(progress);
        this.#set(file, { kind: 'running', percent });
      },
    });
  }

  #fail(file: vscode.Uri, failure: Failure, thrown: unknown): void {
    const { log } = this.#parts;
    // The log has every path whole.
    log.error(failure.message);
    if (thrown instanceof Error && thrown.stack !== undefined) log.debug(thrown.stack);
    const message = shortPaths(failure.message, file.fsPath, shortName(file));
    this.#set(file, { kind: 'failed', message });
    void this.#tell('error', message, file, failure.canTryAgain);
  }

  /** Not awaited by the analysis: it is over, whether or not a person answers. */
  async #tell(
    severity: 'warning' | 'error',
    message: string,
    file: vscode.Uri,
    canTryAgain: boolean,
  ): Promise<void> {
    const tryAgain = vscode.l10n.t('Try Again');
    const showLog = vscode.l10n.t('Show Log');
    const actions = canTryAgain ? [tryAgain, showLog] : [showLog];
    const answer = await (severity === 'error'
      ? vscode.window.showErrorMessage(plainMessage(message), ...actions)
      : vscode.window.showWarningMessage(plainMessage(message), ...actions));
    if (answer === tryAgain) this.#parts.again(file);
    if (answer === showLog) this.#parts.log.show();
  }

  #set(file: vscode.Uri, state: AnalysisState): void {
    this.#states.set(file.toString(), state);
    this.#changed.fire(file);
  }

  #setAnalyzing(): void {
    void vscode.commands.executeCommand(
      'setContext',
      'eigenscope.analyzing',
      this.#aborts.size > 0,
    );
  }
}

/** Relative to the workspace; of a file outside it the name alone. */
function shortName(file: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(file)
    ? vscode.workspace.asRelativePath(file)
    : path.basename(file.fsPath);
}
