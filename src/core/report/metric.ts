import type { Layer } from './report.ts';
import type { FigureFormat } from './format.ts';

/** How far a figure is to be trusted, in the words a person sees. */
export type Trust = 'exact' | 'estimate' | 'comparison';

/**
 * One figure of a layer: the only place where its label, unit, meaning and format are spelled. Columns
 * of the command line, of CSV and of the panel, badges, glossary and schema are made from it.
 */
export interface Metric {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  /** One sentence for a person. */
  readonly meaning: string;
  /** The values it can take, as text. */
  readonly range: string;
  readonly trust: Trust;
  /** Paper or reference implementation. */
  readonly source: string;
  readonly format: FigureFormat;
  readonly of: (layer: Layer) => number | null;
}
