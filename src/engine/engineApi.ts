import type { Precision } from '../core/linalg/singularValues.ts';
import type { Mode } from '../core/spectrum/figures.ts';
import type { Plan, PlanCalibration, PlanLayer } from '../core/plan/plan.ts';
import type { PlanNeeds } from '../core/plan/planNeeds.ts';
import type { PlanRequest } from '../core/plan/planRequest.ts';
import type { PlanModel } from '../core/plan/planTotals.ts';
import type { PlanWeight } from '../core/plan/planWeight.ts';
import type { Layer, Report } from '../core/report/report.ts';
import type { SelfTestReport } from '../core/report/selfTestText.ts';
import type { Verification } from '../core/report/verification/verification.ts';
import type { Dimension } from '../core/verify/dimensions.ts';
import type { WindowsFigures, WindowsRequest } from '../protocol/reportPanelApi.ts';
import type { Compression } from '../core/report/compression/compression.ts';
import type { CompressProgress, CompressRequest } from './compressRequest.ts';
import type { CalibrationRequest } from './calibrationRequest.ts';
import type { DeviceChoice } from './deviceChoice.ts';
import type { SearchProgress, SearchRequest, SearchResult } from './searchRequest.ts';
import type { VerifyProgress, VerifyRequest } from './verifyRequest.ts';

export type { CalibrationRequest } from './calibrationRequest.ts';
export { CPU_PROVIDER } from '../core/verify/modelRunner.ts';
export { DEFAULT_MAX_ERROR } from './verifyRequest.ts';
export type { VerifyProgress, VerifyRequest } from './verifyRequest.ts';
export type { CompressProgress, CompressRequest } from './compressRequest.ts';
export { DEFAULT_SEARCH_SETTINGS } from './searchRequest.ts';
export type { SearchProgress, SearchRequest, SearchResult } from './searchRequest.ts';
export { type DeviceChoice, deviceConflict, defaultPrecision } from './deviceChoice.ts';

export { type BackendChoice, BACKENDS } from './backendName.ts';

/** Of the shuffles, where a person asks for none: the same in every shell, so that all print the same figures. */
export const DEFAULT_SEED = 1;

export interface AnalyzeRequest {
  /** Absolute path of the checkpoint. */
  readonly file: string;
  readonly mode: Mode;
  /** Entries with fewer eigenvalues are skipped; WeightWatcher's default is 10. */
  readonly minEigenvalues: number;
  readonly seed: number;
  /** `exact`, which is float64 throughout, where absent. */
  readonly precision?: Precision;
  /** `cpu` where absent; a GPU takes part in fast precision only. */
  readonly device?: DeviceChoice;
  /** Keep only layers whose id, name or tensor matches this glob; empty for all. */
  readonly layers: string;
  /** Put every singular value in the report. */
  readonly spectra: boolean;
  /** Bytes that all running tasks together may take; 0 for half of the free memory. */
  readonly memoryLimit: number;
  /** Ids of layers not to be solved, each with the reason put in the report (an engine died on them). */
  readonly failed: Readonly<Record<string, string>>;
  /** Ids of layers that a person does not want, each with the reason that its entry among the skipped gets. */
  readonly leftOut?: Readonly<Record<string, string>>;
}

/** One matrix of an analysis before it begins. */
export interface EstimatedEntry {
  readonly id: string;
  readonly name: string;
  readonly role: Layer['role'];
  readonly rows: number;
  readonly cols: number;
  readonly matrices: number;
  /**
   * With its shuffles and windows, of one worker, or of a GPU where one takes part and is faster; 0 where the
   * cache has its spectrum.
   */
  readonly seconds: number;
}

/** What an analysis would take: worth a decision, not a promise. */
export interface Estimate {
  /** In graph order. */
  readonly entries: readonly EstimatedEntry[];
  /** Workers that share them; beside a GPU that is faster than a worker, in units of that GPU, so not whole. */
  readonly workers: number;
}

/** What is to be known of the weights of a model before any plan of it is made. */
export interface PlanInputsRequest extends PlanNeeds {
  /** Absolute path of the checkpoint. */
  readonly file: string;
  /** Present where errors are to be those of outputs on these inputs. */
  readonly calibrate?: CalibrationRequest;
  /** As in an AnalyzeRequest. */
  readonly memoryLimit: number;
  readonly failed: Readonly<Record<string, string>>;
}

/** All that `makePlan` needs, so that a shell can make many plans of one model. */
export interface PlanInputs {
  readonly model: PlanModel;
  /** In graph order; `locked` is null in all of them. */
  readonly weights: readonly PlanWeight[];
  /** What was run, where something was: a plan of these weights says so. */
  readonly calibration?: PlanCalibration;
}

export interface PlanModelRequest
  extends PlanRequest, Pick<PlanInputsRequest, 'file' | 'memoryLimit' | 'failed' | 'calibrate'> {
  /** Layers of an earlier plan whose actions stay. */
  readonly locked: readonly PlanLayer[];
}

export interface AnalyzeProgress {
  /** Work done and to do, in floating-point operations of the solver. */
  readonly done: number;
  readonly total: number;
  readonly layersDone: number;
  readonly layersTotal: number;
  /** Names of the layers being solved now. */
  readonly running: readonly string[];
  /** Ids of the same, for recovery when the engine ends. */
  readonly runningIds: readonly string[];
  /** Null until enough is known. */
  readonly secondsLeft: number | null;
  readonly cached: number;
}

export interface CallContext<P> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: P) => void;
}

export type WindowsSettings = Omit<WindowsRequest, 'id'>;

/** What the engine does for its shells. Every method can be cancelled and may report progress. */
export interface EngineApi {
  /** The work of an analysis, from the sizes of its matrices and the measured speed of this machine. */
  estimate(request: AnalyzeRequest, context?: CallContext<never>): Promise<Estimate>;
  /** Opens and tests the device that such a choice means. */
  selfTest(
    request: { readonly device: DeviceChoice },
    context?: CallContext<never>,
  ): Promise<SelfTestReport>;
  analyze(request: AnalyzeRequest, context?: CallContext<AnalyzeProgress>): Promise<Report>;
  plan(request: PlanModelRequest, context?: CallContext<AnalyzeProgress>): Promise<Plan>;
  planInputs(
    request: PlanInputsRequest,
    context?: CallContext<AnalyzeProgress>,
  ): Promise<PlanInputs>;
  /** The full spectrum of one layer of the last report of that file, descending. Served from the cache. */
  spectrum(
    request: { readonly file: string; readonly mode: Mode; readonly id: string },
    context?: CallContext<never>,
  ): Promise<{ readonly singularValues: readonly number[] }>;
  /** The FARMS figures of one layer over other equal windows than those of its report. */
  farms(
    request: {
      readonly file: string;
      readonly mode: Mode;
      readonly id: string;
      readonly settings: WindowsSettings;
    },
    context?: CallContext<never>,
  ): Promise<WindowsFigures>;
  /** Runs two models on the same inputs and says how far the second is from the first. */
  verify(request: VerifyRequest, context?: CallContext<VerifyProgress>): Promise<Verification>;
  /** A plan that is searched for by running the model; a cancelled search gives the best so far. */
  search(request: SearchRequest, context?: CallContext<SearchProgress>): Promise<SearchResult>;
  /** Writes the model that a plan makes of a checkpoint, whole or not at all; its output is never the checkpoint. */
  compress(request: CompressRequest, context?: CallContext<CompressProgress>): Promise<Compression>;
  /** The symbolic axes of the inputs of two models, with the lengths that made-up inputs have of themselves. */
  seededLengths(
    request: Pick<VerifyRequest, 'a' | 'b'>,
    context?: CallContext<VerifyProgress>,
  ): Promise<readonly Dimension[]>;
}
