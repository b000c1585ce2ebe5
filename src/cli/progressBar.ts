import type { AnalyzeProgress } from '../engine/engineApi.ts';
import { StatusLine } from './statusLine.ts';
import { printable } from './textTable.ts';

const BAR_CELLS = 24;

/** Draws progress on one line of a terminal; writes nothing where there is none. */
export class ProgressBar {
  private readonly line: StatusLine;

  constructor(stream: NodeJS.WriteStream) {
    this.line = new StatusLine(stream);
  }

  show(progress: AnalyzeProgress): void {
    this.line.show(progressLine(progress));
  }

  clear(): void {
    this.line.clear();
  }
}

/** Such as `[######------] 12/31 layers, 8 s left, linear_4`. */
export function progressLine(progress: AnalyzeProgress): string {
  const share = progress.total > 0 ? progress.done / progress.total : 1;
  const full = Math.round(share * BAR_CELLS);
  const left = progress.secondsLeft === null ? '' : `, ${duration(progress.secondsLeft)} left`;
  const now = progress.running.length > 0 ? `, ${progress.running.map(printable).join(', ')}` : '';
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_CELLS - full)}] ${progress.layersDone}/${progress.layersTotal} layers${left}${now}`;
}

/** Whole seconds below two minutes, whole minutes above. */
export function duration(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
