import type { CalibrationChoice } from '../core/plan/calibrationChoice.ts';
import type { Plan, PlanCalibration } from '../core/plan/plan.ts';
import type { PlanNeeds } from '../core/plan/planNeeds.ts';
import type { PlanModel } from '../core/plan/planTotals.ts';
import type { PlanWeight } from '../core/plan/planWeight.ts';

/** All that plans of one model are made from. */
export interface PlanSource {
  readonly model: PlanModel;
  /** In graph order; `locked` is null in all of them. */
  readonly weights: readonly PlanWeight[];
  /** What the model was run on, where errors are of outputs. */
  readonly calibration?: PlanCalibration;
}

/** What plans are to be made from. */
export interface PlanSourceRequest {
  readonly needs: PlanNeeds;
  /** Inputs to run the model on, so that errors are of outputs; the weights alone where absent. */
  readonly calibrate?: CalibrationChoice;
}

/** What the file of a plan holds. */
export type PlanContent =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | {
      readonly kind: 'fault';
      /** A sentence. */
      readonly message: string;
      /** From 1; 0 where it is not known. */
      readonly line: number;
    }
  /** Nothing but white space. */
  | { readonly kind: 'empty' };

/** The model that a plan is for, as it lies on the disk now. */
export type PlannedModel =
  /** Not looked at: it is large, or the engine could not read it. */
  | { readonly state: 'unknown'; readonly reason: string }
  | { readonly state: 'same' }
  | { readonly state: 'missing'; readonly place: string }
  | { readonly state: 'changed'; readonly place: string };

/** A button of the panel. */
export interface PlanAction {
  /** A command of the extension, which is given the plan's file. */
  readonly command: string;
  readonly label: string;
}

export interface PlanFile {
  /** Name of the plan's file. */
  readonly name: string;
  /** Of Eigenscope; a plan says who made it. */
  readonly version: string;
  readonly content: PlanContent;
  readonly model: PlannedModel;
  /** What plans are made from is at hand, and has not to be computed. */
  readonly atHand: boolean;
  readonly actions: readonly PlanAction[];
}

/** Where the computation of a plan's source stands. */
export interface SourceProgress {
  readonly percent: number;
  /** In words. */
  readonly line: string;
}

/** What the plan panel may ask of its host. */
export interface PlanPanelHost {
  /** What to show; the panel asks for it when it has loaded. */
  file(): Promise<PlanFile>;
  /** Computes what plans are made from, or takes it from what is at hand. */
  source(
    request: PlanSourceRequest,
    context?: {
      readonly signal?: AbortSignal;
      readonly onProgress?: (progress: SourceProgress) => void;
    },
  ): Promise<PlanSource>;
  /** Writes the plan into its document, so that it can be undone in one step. */
  write(request: { readonly plan: Plan }): Promise<void>;
  /** Asks for files of inputs of the model; null where nobody chooses any. */
  chooseInputs(): Promise<readonly string[] | null>;
  /** Fills an empty file with a plan of a model. */
  planAnew(): Promise<void>;
  /** Asks for the model's place. */
  findModel(): Promise<void>;
  /** Runs one of the file's actions. */
  run(request: { readonly command: string }): Promise<void>;
  /** Shows the text, at that line. */
  openText(request: { readonly line: number }): Promise<void>;
  /** Offers to save text under a suggested name. */
  save(request: { readonly name: string; readonly text: string }): Promise<void>;
}

/** What the host may ask of the panel. */
export interface PlanPanelView {
  /** The file or its model is another than before, by another hand than the panel's. */
  showFile(request: { readonly file: PlanFile }): Promise<void>;
}
