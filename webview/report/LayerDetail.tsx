import { csvText } from '../../src/core/report/csv.ts';
import type { Layer, ReportFinding } from '../../src/core/report/report.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
import { EsdSection, type EsdSectionProps } from './EsdSection.tsx';
import { FiguresTable } from './FiguresTable.tsx';
import { findingLabel, gravestFirst, severityLabel } from './findingLabels.ts';
import { FitSection } from './FitSection.tsx';
import { formatCount, formatShape } from '../ui/quantities.ts';
import { roleLabel } from './roleLabel.ts';

export interface LayerDetailProps extends Pick<EsdSectionProps, 'mode' | 'farms' | 'onAttempt'> {
  readonly layer: Layer;
  /** Findings that are accepted, each with the reason. */
  readonly reasons: ReadonlyMap<ReportFinding, string>;
  /** All layers in the order of the graph, for going on to the next. */
  readonly layers: readonly Layer[];
  readonly explain: boolean;
  readonly onExplain: (explain: boolean) => void;
  readonly onSelect: (id: string) => void;
  readonly onSave: (name: string, text: string) => void;
  /** Every singular value, descending; absent where they cannot be had. */
  readonly spectrum?: () => Promise<readonly number[]>;
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

function LayerFindings({ layer, reasons }: Pick<LayerDetailProps, 'layer' | 'reasons'>) {
  if (layer.findings.length === 0) return null;
  return (
    <ul class="layer-findings" aria-label={t('Findings of this layer')}>
      {gravestFirst(layer.findings).map((finding, index) => (
        <li key={index}>
          <span role="img" aria-label={severityLabel(finding.severity)}>
            <Icon name={finding.severity} />
          </span>
          {reasons.has(finding) ? (
            <span class="muted">
              <del>
                <strong>{findingLabel(finding.code)}.</strong> {visibleName(finding.text)}
              </del>{' '}
              {t('Accepted: {0}', visibleName(reasons.get(finding)!))}
            </span>
          ) : (
            <span>
              <strong>{findingLabel(finding.code)}.</strong> {visibleName(finding.text)}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The chosen layer: its findings, its spectrum and all its figures. */
export function LayerDetail(props: LayerDetailProps) {
  const { layer, layers, onSelect, onSave, spectrum } = props;
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
      <LayerFindings layer={layer} reasons={props.reasons} />
      {failed && layer.findings.length === 0 && (
        <p class="notice" role="note">
          {t('This layer was not analyzed: {0}', visibleName(layer.reason))}
        </p>
      )}
      {!failed && (
        <>
          <EsdSection
            layer={layer}
            mode={props.mode}
            onSave={onSave}
            onAttempt={props.onAttempt}
            {...(spectrum
              ? { onSaveSpectrum: () => props.onAttempt(saveSpectrum(spectrum())) }
              : {})}
            {...(props.farms ? { farms: props.farms } : {})}
          />
          <FitSection layer={layer} onSave={onSave} />
        </>
      )}
      {!failed && (
        <FiguresTable layer={layer} explain={props.explain} onExplain={props.onExplain} />
      )}
    </section>
  );
}
