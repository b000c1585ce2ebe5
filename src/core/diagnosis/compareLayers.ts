import { blockFindings } from './blockFindings.ts';
import type { ComparedLayer } from './comparedLayer.ts';
import type { Finding } from './finding.ts';
import { groupedBy, identityOf, layerKinds } from './layerKinds.ts';
import { peerFindings } from './peerFindings.ts';

export interface ModelComparison {
  /** By the id of each layer that has any. */
  readonly ofLayers: ReadonlyMap<string, readonly Finding[]>;
  readonly ofModel: readonly Finding[];
}

/**
 * What is told by holding the layers of a model against each other: layers out of line with their kind, and
 * blocks that stand out. Each kind of finding is made of a model whose layers are all in line with a chance
 * of about one in a hundred, however many layers it has. A weight that stands several times in the model
 * counts once, and what is found of it is said of each.
 */
export function compareLayers(layers: readonly ComparedLayer[]): ModelComparison {
  const copies = groupedBy(layers, identityOf);
  const ofLayers = new Map<string, Finding[]>();
  for (const { layer, finding } of peerFindings(layerKinds(layers)))
    for (const copy of copies.get(identityOf(layer)) ?? []) {
      const text = finding.text.replace(layer.name, () => copy.name);
      ofLayers.set(copy.id, [...(ofLayers.get(copy.id) ?? []), { ...finding, text }]);
    }
  return { ofLayers, ofModel: blockFindings(layers) };
}
