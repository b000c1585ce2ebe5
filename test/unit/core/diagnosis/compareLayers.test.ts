import { describe, expect, it } from 'vitest';
import type { ComparedLayer } from '../../../../src/core/diagnosis/comparedLayer.ts';
import {
  compareLayers,
  type ModelComparison,
} from '../../../../src/core/diagnosis/compareLayers.ts';
import type { Finding } from '../../../../src/core/diagnosis/finding.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const PLACES = ['attention.query', 'attention.value', 'mlp.fc1'] as const;
const BLOCKS = 12;

/** Twelve blocks of three layers that vary by a tenth; any of them changed. */
function model(
  change: (layer: ComparedLayer) => Partial<ComparedLayer> = () => ({}),
): ComparedLayer[] {
  const random = seededRandom(5);
  return Array.from({ length: BLOCKS * PLACES.length }, (_, k) => {
    const block = `encoder.layer.${Math.floor(k / PLACES.length)}`;
    const place = PLACES[k % PLACES.length]!;
    const name = `${block}.${place}.weight`;
    const layer: ComparedLayer = {
      id: `graph/${name}`,
      name,
      role: 'linear',
      block,
      rows: 64,
      cols: 64,
      parameters: 4096,
      norm: 4 * Math.exp(0.2 * random.normal()),
      numEvals: 64,
      effectiveRank: 40 * Math.exp(0.05 * random.normal()),
      shuffleRank: 47,
      alpha: 1 + Math.exp(0.1 * random.normal()),
    };
    return { ...layer, ...change(layer) };
  });
}

const codesOf = ({ ofLayers, ofModel }: ModelComparison): readonly string[] => [
  ...[...ofLayers].flatMap(([id, findings]) => findings.map(({ code }) => `${code} ${id}`)),
  ...ofModel.map(({ code, evidence }) => `${code} ${evidence['block']}`),
];

const VALUE = 'encoder.layer.4.attention.value.weight';

describe('compareLayers', () => {
  it('says nothing of a model whose layers are in line', () => {
    expect(codesOf(compareLayers(model()))).toEqual([]);
  });

  it('says nothing of no layers, or of too few to know their habits', () => {
    expect(codesOf(compareLayers([]))).toEqual([]);
    expect(
      codesOf(
        compareLayers(model(({ name }) => (name === VALUE ? { norm: 4e4 } : {})).slice(12, 17)),
      ),
    ).toEqual([]);
  });

  it('finds a layer of far lower rank among the same layer of the other blocks', () => {
    const comparison = compareLayers(
      model(({ name }) => (name === VALUE ? { effectiveRank: 9 } : {})),
    );
    expect(codesOf(comparison)).toEqual([`rank-below-peers graph/${VALUE}`]);
    const [finding] = comparison.ofLayers.get(`graph/${VALUE}`)!;
    expect(finding!.text).toMatch(
      /^encoder\.layer\.4\.attention\.value\.weight has an effective rank far below that of its kind: 9 of 64, where the 11 other layers of the same place, role and shape lead to expect [34]\d\.\d+, and none below [23]\d\.\d+\.$/,
    );
  });

  it.each([
    [
      'larger',
      100,
      /has weights (9|10)\.\d+ times as large as those of the 11 other .* none would be expected above \d/,
    ],
    [
      'smaller',
      1e-3,
      /has weights 0\.0\d+ times as large as those of the 11 other .* none would be expected below 0\.\d/,
    ],
  ])('finds a layer of far %s weights', (_, factor, text) => {
    const comparison = compareLayers(
      model(({ name, norm }) => (name === VALUE ? { norm: norm * factor } : {})),
    );
    expect(codesOf(comparison)).toEqual([`scale-out-of-line graph/${VALUE}`]);
    expect(comparison.ofLayers.get(`graph/${VALUE}`)![0]!.text).toMatch(text);
  });

  it('finds a block whose layers differ together though none is far off by itself', () => {
    const comparison = compareLayers(
      model(({ block, norm }) => (block === 'encoder.layer.7' ? { norm: norm * 4 } : {})),
    );
    expect(codesOf(comparison)).toEqual(['block-stands-out encoder.layer.7']);
    const [finding] = comparison.ofModel;
    expect(finding!.text).toMatch(
      /^The block encoder\.layer\.7 stands out from the 11 others of its kind: in the median of its 3 layers it has weights [12]\.\d+ times as large \(none would be expected above 1\.\d+\)\.$/,
    );
    expect(finding!.evidence).toMatchObject({
      peers: 11,
      ids: PLACES.map((place) => `graph/encoder.layer.7.${place}.weight`).join(', '),
    });
  });

  it('compares layers of several shapes with what their shape leads to', () => {
    const shapes = (layer: ComparedLayer): Partial<ComparedLayer> => {
      const k =
        Number(/\d+/.exec(layer.block)![0]) * 3 + PLACES.findIndex((p) => layer.name.includes(p));
      const odd = layer.name === VALUE;
      return {
        name: `conv_${k}`,
        block: '',
        cols: 64 + k,
        parameters: 64 * (64 + k),
        ...(odd ? { effectiveRank: 6 } : {}),
      };
    };
    const comparison = compareLayers(model(shapes));
    expect(codesOf(comparison)).toEqual([`rank-below-peers graph/${VALUE}`]);
    expect(comparison.ofLayers.get(`graph/${VALUE}`)![0]!.text).toMatch(
      /35 other layers of the same role lead/,
    );
  });

  it('counts a weight that stands several times once, and says it of each', () => {
    const layers = model(({ name }) => (name === VALUE ? { effectiveRank: 9 } : {}));
    const original = layers.find(({ name }) => name === VALUE)!;
    const copies = Array.from({ length: 11 }, (_, k) => ({
      ...original,
      id: `copy ${k}`,
      name: `${VALUE} (branch ${k})`,
    }));
    const { ofLayers } = compareLayers([...layers, ...copies]);
    expect([...ofLayers.keys()]).toEqual([original.id, ...copies.map(({ id }) => id)]);
    const texts = [...ofLayers.values()].map(([finding]: readonly Finding[]) => finding!.text);
    expect(texts[3]).toContain(`${VALUE} (branch 2) has an effective rank`);
  });
});
