import { pageHtml, type HtmlAssets } from '../report/html.ts';
import type { FrontierReport } from './frontierReport.ts';

/** Id of the element that carries the figures as JSON; the page looks it up. */
export const FRONTIER_ELEMENT = 'eigenscope-frontier';

/**
 * One HTML file with the chart and the table of a frontier, without a server, a network or another file. Throws
 * RangeError for assets that cannot be embedded.
 */
export function frontierHtml(report: FrontierReport, assets: HtmlAssets): string {
  return pageHtml(report.model.file, { id: FRONTIER_ELEMENT, value: report }, assets);
}
