import type { Layer } from '../../src/core/report/report.ts';
import type { LayerFilter } from './panelModel.ts';

/** The value of the finding filter that asks for any finding at all. */
export const ANY_FINDING = 'any';
/** The value of the finding filter that asks for none. */
export const NO_FINDING = 'none';

function matchesFinding(layer: Layer, wanted: string): boolean {
  if (wanted === '') return true;
  if (wanted === ANY_FINDING) return layer.findings.length > 0;
  if (wanted === NO_FINDING) return layer.findings.length === 0;
  return layer.findings.some((finding) => finding.code === wanted);
}

/** The layers that match every part of the filter; the text is looked for in the name, the tensor and the operator. */
export function filterLayers(layers: readonly Layer[], filter: LayerFilter): readonly Layer[] {
  const text = filter.text.trim().toLowerCase();
  if (text === '' && filter.role === '' && filter.finding === '') return layers;
  return layers.filter(
    (layer) =>
      (filter.role === '' || layer.role === filter.role) &&
      matchesFinding(layer, filter.finding) &&
      (text === '' ||
        [layer.name, layer.tensor, layer.part, layer.op].some((field) =>
          field.toLowerCase().includes(text),
        )),
  );
}
