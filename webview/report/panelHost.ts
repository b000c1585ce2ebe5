import type { ReportPanelHost } from '../../src/protocol/reportPanelApi.ts';
import { REPORT_ELEMENT } from '../../src/core/report/html.ts';
import type { Report } from '../../src/core/report/report.ts';
import { download } from '../ui/download.ts';

/** The host of a report that is a file of its own: its data is in the page, an export is a download. */
export function standaloneHost(): ReportPanelHost {
  const element = document.getElementById(REPORT_ELEMENT);
  const read = (): Report => {
    if (!element) throw new Error('This page carries no report. Write it again with Eigenscope.');
    return JSON.parse(element.textContent) as Report;
  };
  return {
    report: () => Promise.resolve().then(read),
    spectrum: () =>
      Promise.reject(new Error('A report file holds no spectra unless it was made with them.')),
    farms: () => Promise.reject(new Error('A report file cannot solve; open the model.')),
    acceptances: () => Promise.resolve([]),
    accept: () =>
      Promise.reject(new Error('A report file cannot accept a finding; open the model.')),
    save: ({ name, text }) => {
      download(name, text);
      return Promise.resolve();
    },
    plan: () =>
      Promise.reject(new Error('A report file cannot plan; run Eigenscope on the model.')),
    analyzeAgain: () =>
      Promise.reject(new Error('A report file cannot analyze; run Eigenscope on the model.')),
  };
}
