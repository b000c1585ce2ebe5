import type { CompressProgress, VerifyProgress } from '../../engine/engineApi.ts';
import type { Translate } from '../analysis/translate.ts';

/** How far a task is, and in words what it does. */
export interface TaskProgress {
  /** 0 to 100. */
  readonly percent: number;
  readonly line: string;
}

/** Where each phase of applying a plan begins and ends, in percent: what comes before writing, where it is needed, takes longest. */
const COMPRESS_SPAN: Readonly<Record<CompressProgress['phase'], readonly [number, number]>> = {
  solving: [0, 40],
  running: [40, 60],
  writing: [60, 95],
  checking: [95, 100],
};

const VERIFY_SPAN: Readonly<Record<VerifyProgress['phase'], readonly [number, number]>> = {
  loading: [0, 20],
  running: [20, 100],
};

export function compressProgress(progress: CompressProgress, t: Translate): TaskProgress {
  const { phase, done, total, layer } = progress;
  const line = {
    running: t('run {0} of {1} on the inputs of the plan', done + 1, total),
    solving: t('{0} of {1} spectra', done, total),
    writing: t('{0} of {1} layers written', done, total),
    checking: t('ONNX Runtime loads the new model'),
  }[phase];
  return {
    percent: within(COMPRESS_SPAN[phase], done, total),
    line: layer === '' ? line : `${line} · ${layer}`,
  };
}

export function verifyProgress({ phase, done, total }: VerifyProgress, t: Translate): TaskProgress {
  const line = {
    loading: t('{0} of {1} models loaded', done, total),
    running: t('{0} of {1} runs of both models', done, total),
  }[phase];
  return { percent: within(VERIFY_SPAN[phase], done, total), line };
}

function within([from, to]: readonly [number, number], done: number, total: number): number {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  return Math.floor(from + share * (to - from));
}
