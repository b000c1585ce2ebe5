import { useMemo, useState } from 'preact/hooks';
import { formatFigure } from '../../src/core/report/format.ts';
import type { Layer, Report } from '../../src/core/report/report.ts';
import type { WindowsFigures, WindowsRequest } from '../../src/protocol/reportPanelApi.ts';
import { Button } from '../ui/Button.tsx';
import { Chart } from '../ui/Chart.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { esdChart } from './esdChart.ts';
import { WindowsForm, type WindowSettings } from './WindowsForm.tsx';

/** Of the windows that the analysis solves in each mode. */
const USUAL: Readonly<Record<Report['settings']['mode'], WindowSettings>> = {
  robust: { rows: 128, ratio: 1, perSide: 8 },
  compat: { rows: 100, ratio: 2, perSide: 10 },
};

/** Which windows these are and what they amount to; empty where there are none. */
export function windowsSentence(farms: Layer['fits']['farms']): string {
  const { windows, rows, cols, numEvals, alpha, spread } = farms;
  if (windows === null || rows === null || cols === null) return '';
  const fixed = (value: number | null): string => formatFigure(value, 'fixed');
  const sizes =
    windows === 1
      ? t('1 window of {0}×{1}', rows, cols)
      : t('{2} windows of {0}×{1}', rows, cols, windows);
  return [
    sizes,
    numEvals === 1 ? t('1 eigenvalue') : t('{0} eigenvalues', formatFigure(numEvals, 'integer')),
    t('Hill estimate {0}', fixed(alpha)),
    ...(spread === null ? [] : [t('spread {0}', fixed(spread))]),
    ...(farms.comparable ? [] : [t('not comparable with other layers')]),
  ].join(' · ');
}

export interface EsdSectionProps {
  readonly layer: Layer;
  readonly mode: Report['settings']['mode'];
  readonly onSave: (name: string, text: string) => void;
  /** Absent where the singular values cannot be had. */
  readonly onSaveSpectrum?: () => void;
  /** Solves other windows of a layer; absent where nothing can be solved. */
  readonly farms?: (request: WindowsRequest) => Promise<WindowsFigures>;
  readonly onAttempt: (action: Promise<void>) => void;
}

interface Solved {
  readonly id: string;
  readonly settings: WindowSettings;
  readonly figures: WindowsFigures;
}

/** The spectrum of the layer, with that of its windows over it. */
export function EsdSection(props: EsdSectionProps) {
  const { layer, mode, onSave, farms, onAttempt } = props;
  const [solved, setSolved] = useState<Solved>();
  const [solving, setSolving] = useState('');
  const [changing, setChanging] = useState(false);
  const other = solved?.id === layer.id ? solved : undefined;
  const spec = useMemo(() => esdChart(layer, other?.figures.esd), [layer, other]);
  if (!spec)
    return (
      <p class="notice">
        {t('Every singular value of this layer is zero: there is no spectrum to draw.')}
      </p>
    );
  const sentence = windowsSentence(other?.figures.farms ?? layer.fits.farms);
  const busy = solving === layer.id;
  const solve = async (settings: WindowSettings): Promise<void> => {
    if (!farms) return;
    const { id } = layer;
    setSolving(id);
    try {
      setSolved({ id, settings, figures: await farms({ id, ...settings }) });
    } finally {
      setSolving('');
    }
  };
  return (
    <section aria-label={t('Spectral density')}>
      <div class="section-line">
        <h3>{t('Spectral density')}</h3>
        {props.onSaveSpectrum && (
          <Button name={t('Export singular values as CSV')} onClick={props.onSaveSpectrum}>
            {t('Export singular values')}
          </Button>
        )}
      </div>
      <div class="esd">
        <Chart spec={spec} onSave={onSave} />
      </div>
      {sentence !== '' && (
        <div class="windows-line">
          <p class="footnote-line muted" role="status">
            {busy ? t('Solving the windows') : `${t('FARMS windows')}: ${sentence}`}
          </p>
          {farms && (
            <Button
              name={t('Choose other windows')}
              appearance="icon"
              expanded={changing}
              onClick={() => setChanging(!changing)}
            >
              <Icon name="settings" />
            </Button>
          )}
        </div>
      )}
      {farms && changing && sentence !== '' && (
        <WindowsForm
          settings={other?.settings ?? USUAL[mode]}
          side={Math.max(layer.rows, layer.cols)}
          busy={busy}
          onSolve={(settings) => onAttempt(solve(settings))}
          {...(other ? { onReset: () => setSolved(undefined) } : {})}
        />
      )}
    </section>
  );
}
