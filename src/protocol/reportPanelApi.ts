import type { Acceptance } from '../core/report/acceptance.ts';
import type { Layer, Report, ReportFinding } from '../core/report/report.ts';

/** An entry of eigenscope.json: which findings are accepted, and why. */
export type AcceptedEntry = Acceptance['accepted'][number];

export interface AcceptRequest {
  readonly code: ReportFinding['code'];
  /** Id of the layer; empty for a finding about the model as a whole. */
  readonly layer: string;
  /** Why it is accepted: a text that is not empty. */
  readonly reason: string;
}

/** Equal windows of one matrix, as a person asks for them. */
export interface WindowsRequest {
  readonly id: string;
  /** Rows of a window, at least 2; fewer are taken where the matrix is smaller. */
  readonly rows: number;
  /** Columns over rows of a window, above 0. */
  readonly ratio: number;
  /** Most windows along each side of the matrix, at least 1. */
  readonly perSide: number;
}

/** The FARMS figures of one layer over the windows that were asked for, and their pooled spectrum. */
export interface WindowsFigures {
  readonly farms: Layer['fits']['farms'];
  /** Of the windows' pooled eigenvalues, in at most 128 log-spaced bins, as the layer's own. */
  readonly esd: Layer['esd'];
}

/** What the report panel may ask of its host. */
export interface ReportPanelHost {
  /** The report to show; the panel asks for it when it has loaded. */
  report(): Promise<Report>;
  /** All singular values of a layer, descending. */
  spectrum(request: {
    readonly id: string;
  }): Promise<{ readonly singularValues: readonly number[] }>;
  /** Solves other windows of a layer than those of the report. */
  farms(request: WindowsRequest): Promise<WindowsFigures>;
  /** The entries of eigenscope.json that hold for this model; the panel asks again after `accept`. */
  acceptances(): Promise<readonly AcceptedEntry[]>;
  /** Writes an accepted finding into eigenscope.json. */
  accept(request: AcceptRequest): Promise<void>;
  /** Offers to save text under a suggested name (the export of a chart's table). */
  save(request: { readonly name: string; readonly text: string }): Promise<void>;
  /** Runs the analysis again. */
  analyzeAgain(): Promise<void>;
  /** Plans the compression of the model. */
  plan(): Promise<void>;
}

/** What the host may ask of the panel. */
export interface ReportPanelView {
  showReport(request: { readonly report: Report }): Promise<void>;
  selectLayer(request: { readonly id: string }): Promise<void>;
  /** The entries of eigenscope.json have changed. */
  showAcceptances(request: { readonly accepted: readonly AcceptedEntry[] }): Promise<void>;
}
