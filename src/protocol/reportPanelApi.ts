import type { Report } from '../core/report/report.ts';

/** What the report panel may ask of its host. */
export interface ReportPanelHost {
  /** The report to show; the panel asks for it when it has loaded. */
  report(): Promise<Report>;
  /** All singular values of a layer, descending. */
  spectrum(request: {
    readonly id: string;
  }): Promise<{ readonly singularValues: readonly number[] }>;
  /** Offers to save text under a suggested name (the export of a chart's table). */
  save(request: { readonly name: string; readonly text: string }): Promise<void>;
  /** Runs the analysis again. */
  analyzeAgain(): Promise<void>;
}

/** What the host may ask of the panel. */
export interface ReportPanelView {
  showReport(request: { readonly report: Report }): Promise<void>;
  selectLayer(request: { readonly id: string }): Promise<void>;
}
