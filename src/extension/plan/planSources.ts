import { stat } from 'node:fs/promises';
import {
  calibrationChoice,
  isSameChoice,
  type CalibrationChoice,
} from '../../core/plan/calibrationChoice.ts';
import type { PlanNeeds } from '../../core/plan/planNeeds.ts';
import type { PlanModel } from '../../core/plan/planTotals.ts';
import type {
  AnalyzeProgress,
  CalibrationRequest,
  CallContext,
  EngineApi,
} from '../../engine/engineApi.ts';
import type { PlanSource, PlanSourceRequest } from '../../protocol/planPanelApi.ts';

/** Spectra of a large model take some hundred megabytes: no more models than are planned side by side. */
const MOST_KEPT = 3;

interface Kept {
  readonly file: string;
  readonly stamp: string;
  readonly needs: PlanNeeds;
  readonly calibrate: CalibrationChoice | undefined;
  readonly source: PlanSource;
}

/**
 * What plans are made from, by model: computed by the engine, and kept while the file stays as it is, so that a
 * panel which comes back, or a second plan of the model, has it at once.
 */
export class PlanSources {
  readonly #engine: () => EngineApi;
  #kept: readonly Kept[] = [];

  constructor(engine: () => EngineApi) {
    this.#engine = engine;
  }

  /** What is at hand; undefined where it has to be computed. */
  async atHand(
    file: string,
    { needs, calibrate }: PlanSourceRequest,
  ): Promise<PlanSource | undefined> {
    const stamp = await stampOf(file, calibrate);
    return this.#kept.find(
      (kept) =>
        kept.file === file &&
        kept.stamp === stamp &&
        isSameChoice(kept.calibrate, calibrate) &&
        covers(kept.needs, needs),
    )?.source;
  }

  /**
   * What is at hand, or what the engine makes. Throws CheckpointError, VerifyError and CancelledError.
   *
   * @param wanted paths of inputs are absolute
   * @param leftOut ids of matrices that are not to be solved, each with the reason
   */
  async get(
    file: string,
    wanted: PlanSourceRequest,
    context: CallContext<AnalyzeProgress> = {},
    leftOut: Readonly<Record<string, string>> = {},
  ): Promise<PlanSource> {
    const found = await this.atHand(file, wanted);
    if (found) return found;
    const { needs, calibrate: asked } = wanted;
    const stamp = await stampOf(file, asked);
    const request = { ...needs, file, memoryLimit: 0, failed: leftOut };
    const source = await this.#engine().planInputs(
      asked ? { ...request, calibrate: calibrationRequest(asked) } : request,
      context,
    );
    // What was asked for at most is what there was: asked for again by that, it is at hand.
    const calibrate = calibrationChoice(source.calibration);
    const others = this.#kept.filter(
      (kept) =>
        kept.file !== file ||
        !isSameChoice(kept.calibrate, calibrate) ||
        (kept.stamp === stamp && !covers(needs, kept.needs)),
    );
    this.#kept = [{ file, stamp, needs, calibrate, source }, ...others].slice(0, MOST_KEPT);
    return source;
  }

  /** The model alone: its size and hash. */
  async model(file: string): Promise<PlanModel> {
    const needs = { spectra: false, estimator: null, pruning: false, levels: false } as const;
    const found = await this.atHand(file, { needs });
    if (found) return found.model;
    const request = { ...needs, file, memoryLimit: 0, failed: {} };
    return (await this.#engine().planInputs(request)).model;
  }
}

/** Whether what is known is all that is needed. */
function covers(known: PlanNeeds, needed: PlanNeeds): boolean {
  return (
    (known.spectra || !needed.spectra) &&
    (needed.estimator === null || known.estimator === needed.estimator) &&
    (known.pruning || !needed.pruning) &&
    (known.levels || !needed.levels)
  );
}

function calibrationRequest({ sources, ...asked }: CalibrationChoice): CalibrationRequest {
  return { ...asked, inputs: sources };
}

/** Changes with the model, and with what it is run on. */
async function stampOf(file: string, calibrate: CalibrationChoice | undefined): Promise<string> {
  const files = [file, ...(calibrate?.sources ?? [])];
  const found = await Promise.all(files.map((each) => stat(each).catch(() => undefined)));
  return found.map((each) => (each ? `${each.size} ${each.mtimeMs}` : '')).join();
}
