import { readOnnxModel, type OnnxModel } from '../checkpoint/onnx/onnxCheckpoint.ts';
import type { PlacedTensor } from '../checkpoint/onnx/scopes.ts';
import { openRangeReader, type RangeReader } from '../checkpoint/rangeReader.ts';
import type { PlanWeight } from '../plan/planWeight.ts';
import type { QuantCarrier } from '../plan/quantLevels.ts';
import { addedBytes } from './addedBytes.ts';
import { isDense, notDense, type DenseWeight } from './denseWeight.ts';
import { ExternalData } from './externalData.ts';
import { unrecordedNames } from './freshNames.ts';
import { namesOf } from './namesOf.ts';
import type { LayerRewrite, Refusal } from './layerRewrite.ts';
import { lowRankRewrite } from './lowRankRewrite.ts';
import { isRightSide, quantizeRewrite } from './quantizeRewrite.ts';
import { definedBy, type RewriteSite } from './rewriteSite.ts';

/** What the graph around a weight lets be done with it, and what that adds to the file. */
export interface WeightSurvey {
  /** Why the weight would be left as it is; empty where it would not. */
  readonly refused: { readonly lowrank: string; readonly bits: string };
  readonly carrier: QuantCarrier;
  readonly added: NonNullable<PlanWeight['added']>;
}

/** Others change the length of a few numbers only. */
const TRIED = { rank: 1, bits: 8, block: 32 } as const;

/** As long as such names are. */
const BESIDE = 'model-small.onnx.data';

/**
 * Asks the rewriter, for each weight by itself, what it would do with it. No value is read, and nothing is
 * written. Throws CheckpointError.
 */
export function surveyWeights(file: string): ReadonlyMap<string, WeightSurvey> {
  const reader = openRangeReader(file);
  try {
    const model = readOnnxModel(reader);
    const fresh = unrecordedNames(namesOf(model));
    return new Map(
      model.checkpoint.weights.map((weight) => {
        const tensor = model.tensors.get(weight.id);
        if (!isDense(weight)) return [weight.id, refusedSurvey(notDense(weight))];
        const site = tensor && siteOf(weight, tensor, model, reader, fresh);
        return [weight.id, site ? surveyed(site) : refusedSurvey('nothing takes it by a name')];
      }),
    );
  } finally {
    reader.close();
  }
}

function refusedSurvey(reason: string): WeightSurvey {
  return {
    refused: { lowrank: reason, bits: reason },
    carrier: { form: 'dequantize', blocks: false },
    added: { lowrank: 0, channel: 0, blocks: 0 },
  };
}

type SurveySite = Omit<RewriteSite, 'write'>;

function siteOf(
  weight: DenseWeight,
  tensor: PlacedTensor,
  model: OnnxModel,
  reader: RangeReader,
  fresh: (base: string) => string,
): SurveySite | undefined {
  const value = definedBy(tensor);
  return (
    value && {
      model,
      reader,
      weight,
      tensor,
      value,
      fresh,
      begin: () => undefined,
      claim: () => true,
      allBeside: false,
    }
  );
}

function surveyed(site: SurveySite): WeightSurvey {
  const lowrank = attempt(site, (each) => lowRankRewrite(each, TRIED.rank, notComputed));
  const quantised = (block: number): Attempt =>
    attempt(site, (each) => quantizeRewrite(each, { bits: TRIED.bits, block }, notComputed));
  const [channel, blocks] = [quantised(0), quantised(TRIED.block)];
  const canBlock = blocks.refused === '';
  return {
    refused: { lowrank: lowrank.refused, bits: canBlock ? '' : channel.refused },
    carrier: isRightSide(site) ? { form: 'nbits' } : { form: 'dequantize', blocks: canBlock },
    added: { lowrank: lowrank.added, channel: channel.added, blocks: blocks.added },
  };
}

interface Attempt {
  readonly refused: string;
  readonly added: number;
}

function attempt(
  site: SurveySite,
  rewrite: (site: RewriteSite) => LayerRewrite | Refusal,
): Attempt {
  const external = new ExternalData(BESIDE, false);
  const done = rewrite({ ...site, write: (made, beside) => external.write(made, beside) });
  return 'refused' in done
    ? { refused: done.refused, added: 0 }
    : { refused: '', added: addedBytes(site.weight, site.tensor, done, external.bytes) };
}

function notComputed(): never {
  throw new RangeError('a survey computes no values');
}
