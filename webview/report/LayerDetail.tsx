import { useMemo } from 'preact/hooks';
import { csvText } from '../../src/core/report/csv.ts';
import type { Layer } from '../../src/core/report/report.ts';
import { Button } from '../ui/Button.tsx';
import { Chart } from '../ui/Chart.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
import { esdChart } from './esdChart.ts';
import { FiguresTable } from './FiguresTable.tsx';
import { findingLabel, gravestFirst, severityLabel } from './findingLabels.ts';
import { fitSentences } from './fitSentences.ts';
import { formatCount, formatShape } from './quantities.ts';
import { roleLabel } from './roleLabel.ts';

export interface LayerDetailProps {
  readonly layer: Layer;
  /** All layers in the order of the graph, for going on to the next. */
  readonly layers: readonly Layer[];
  readonly explain: boolean;
  readonly onExplain: (explain: boolean) => void;
  readonly onSelect: (id: string) => void;
  readonly onSave: (name: string, text: string) => void;
  /** Every singular value, descending; absent where they cannot be had. */
  readonly spectrum?: () => Promise<readonly number[]>;
  readonly onAttempt: (action: Promise<void>) => void;
}

function layerFacts(layer: Layer): string {
  const matrices =
    layer.matrices === 1
      ? t('matrix of {0}×{1}', layer.rows, layer.cols)
      : t('{2} matrices of {0}×{1}', layer.rows, layer.cols, layer.matrices);
  return [
    visibleName(layer.op),
    roleLabel(layer.role),
    layer.dtype,
    formatShape(layer.shape),
    t('{0} parameters', formatCount(layer.parameters)),
    matrices,
  ].join(' · ');
}

function LayerFindings({ layer }: { readonly layer: Layer }) {
  if (layer.findings.length === 0) return null;
  return (
    <ul class="layer-findings" aria-label={t('Findings of this layer')}>
      {gravestFirst(layer.findings).map((finding, index) => (
        <li key={index}>
          <span role="img" aria-label={severityLabel(finding.severity)}>
            <Icon name={finding.severity} />
          </span>
          <span>
            <strong>{findingLabel(finding.code)}.</strong> {visibleName(finding.text)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The chosen layer: its findings, its spectrum and all its figures. */
export function LayerDetail(props: LayerDetailProps) {
  const { layer, layers, onSelect, onSave, spectrum } = props;
  const spec = useMemo(() => esdChart(layer), [layer]);
  const sentences = useMemo(() => fitSentences(layer), [layer]);
  const index = layers.indexOf(layer);
  const step = (by: number): void => {
    const next = layers[index + by];
    if (next) onSelect(next.id);
  };
  const saveSpectrum = async (values: Promise<readonly number[]>): Promise<void> => {
    const rows = (await values).map((value) => [value]);
    onSave('singular-values.csv', csvText(['singularValue'], rows));
  };
  const failed = layer.status === 'failed';
  return (
    <section class="panel-detail scroll" aria-label={t('Chosen layer')} tabIndex={0}>
      <div class="title-line">
        <h2 class="layer-name">{visibleName(layer.name)}</h2>
        <span class="detail-buttons">
          <Button
            name={t('Previous layer')}
            appearance="icon"
            disabled={index <= 0}
            onClick={() => step(-1)}
          >
            <Icon name="previous" />
          </Button>
          <Button
            name={t('Next layer')}
            appearance="icon"
            disabled={index >= layers.length - 1}
            onClick={() => step(1)}
          >
            <Icon name="next" />
          </Button>
        </span>
      </div>
      {layer.tensor !== layer.name && <p class="tensor-name muted">{visibleName(layer.tensor)}</p>}
      <p class="model-line">{layerFacts(layer)}</p>
      <LayerFindings layer={layer} />
      {failed && layer.findings.length === 0 && (
        <p class="notice" role="note">
          {t('This layer was not analyzed: {0}', visibleName(layer.reason))}
        </p>
      )}
      {spec && (
        <>
          <div class="section-line">
            <h3>{t('Spectral density')}</h3>
            {spectrum && (
              <Button
                name={t('Export singular values as CSV')}
                onClick={() => props.onAttempt(saveSpectrum(spectrum()))}
              >
                {t('Export singular values')}
              </Button>
            )}
          </div>
          <div class="esd">
            <Chart spec={spec} onSave={onSave} />
          </div>
        </>
      )}
      {!spec && !failed && (
        <p class="notice">
          {t('Every singular value of this layer is zero: there is no spectrum to draw.')}
        </p>
      )}
      {sentences.length > 0 && !failed && (
        <ul class="sentences" aria-label={t('About the fits')}>
          {sentences.map((sentence) => (
            <li key={sentence}>{visibleName(sentence)}</li>
          ))}
        </ul>
      )}
      {!failed && (
        <FiguresTable layer={layer} explain={props.explain} onExplain={props.onExplain} />
      )}
    </section>
  );
}
