import { diagnose } from '../core/diagnosis/diagnose.ts';
import type { Finding } from '../core/diagnosis/finding.ts';
import type { Layer } from '../core/report/report.ts';
import { emptyFigures } from '../core/spectrum/emptyFigures.ts';
import type { Mode, SpectralFigures } from '../core/spectrum/figures.ts';
import { nameOf, type Entry } from './entries.ts';
import type { CompatLabel, TaskOutcome } from './spectrumTask.ts';

const NO_LABEL: CompatLabel = { alpha: null, warning: '' };

/** The report's entry for what became of one matrix. */
export function layerOf(entry: Entry, outcome: TaskOutcome, mode: Mode, block: string): Layer {
  const { weight, part } = entry;
  const { rows, cols, offsets } = part.view;
  const name = nameOf(entry);
  const about = { name, mode, rows, cols, dtype: weight.dtype };
  const common = {
    id: entry.id,
    name,
    tensor: weight.tensor,
    part: part.part,
    block,
    op: weight.op,
    role: weight.role,
    dtype: weight.dtype,
    shape: [...weight.shape],
    parameters: rows * cols * offsets.length,
    matrices: offsets.length,
    view: part.kind,
    rows,
    cols,
  };
  switch (outcome.status) {
    case 'solved':
      return {
        ...common,
        status: 'ok',
        reason: '',
        ...plain(outcome.figures),
        compat: { ...outcome.compat },
        findings: diagnose({
          ...about,
          figures: outcome.figures,
          entries: outcome.entries && {
            figures: outcome.entries.figures,
            role: weight.role,
            orientation: weight.orientation,
            kernelPositions: weight.role === 'conv' ? kernelPositions(weight) : 1,
          },
        }).map(plainFinding),
        ...(outcome.singularValues ? { singularValues: [...outcome.singularValues] } : {}),
      };
    case 'non-finite': {
      const { count, firstIndex, elements } = outcome.nonFinite;
      const findings = diagnose({ ...about, nonFinite: outcome.nonFinite });
      const reason = `${count} of ${elements} entries are NaN or infinite, the first at index ${firstIndex}`;
      return failedLayer(common, reason, findings);
    }
    case 'failed':
      return failedLayer(common, outcome.reason, diagnose({ ...about, failure: outcome.reason }));
  }
}

/** How many columns of a convolution's flattened matrix one channel has. */
function kernelPositions({ shape }: Entry['weight']): number {
  return shape.slice(2).reduce((all, length) => all * length, 1);
}

type Common = Omit<
  Layer,
  | 'status'
  | 'reason'
  | 'metrics'
  | 'fits'
  | 'esd'
  | 'farmsEsd'
  | 'compat'
  | 'findings'
  | 'singularValues'
>;

function failedLayer(common: Common, reason: string, findings: readonly Finding[]): Layer {
  return {
    ...common,
    status: 'failed',
    reason,
    ...plain(emptyFigures(reason)),
    compat: { ...NO_LABEL },
    findings: findings.map(plainFinding),
  };
}

function plain(figures: SpectralFigures): Pick<Layer, 'metrics' | 'fits' | 'esd' | 'farmsEsd'> {
  const { metrics, fits, esd, farmsEsd } = figures;
  const { tail, xmin, alpha, D } = fits.powerLaw.curve;
  const curve = { tail: [...tail], xmin: [...xmin], alpha: [...alpha], D: [...D] };
  return {
    metrics: { ...metrics },
    fits: { ...fits, powerLaw: { ...fits.powerLaw, curve } },
    esd: { ...esd, counts: [...esd.counts] },
    farmsEsd: { ...farmsEsd, counts: [...farmsEsd.counts] },
  };
}

/** A finding as the report holds it. */
export function plainFinding(finding: Finding): Layer['findings'][number] {
  return { ...finding, evidence: { ...finding.evidence } };
}
