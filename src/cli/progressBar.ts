import type { AnalyzeProgress } from '../engine/engineApi.ts';
import { printable } from './textTable.ts';

const BAR_CELLS = 24;

/** Draws progress on one line of a terminal; writes nothing where there is none. */
export class ProgressBar {
  private drawn = false;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(progress: AnalyzeProgress): void {
    if (!this.stream.isTTY) return;
    const line = progressLine(progress);
    const width = this.stream.columns || 80;
    this.stream.write(`\r\u001b[K${line.slice(0, width - 1)}`);
    this.drawn = true;
  }

  clear(): void {
    if (this.drawn) this.stream.write('\r\u001b[K');
    this.drawn = false;
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
