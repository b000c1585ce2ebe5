import * as path from 'node:path';
import type { Weight } from '../checkpoint/checkpoint.ts';
import { modelFiles } from '../checkpoint/modelHash.ts';
import { ExternalFiles } from '../checkpoint/onnx/externalFiles.ts';
import { FUNCTION, MODEL } from '../checkpoint/onnx/messageShapes.ts';
import { readOnnxModel, type OnnxModel } from '../checkpoint/onnx/onnxCheckpoint.ts';
import type { PlacedNode, PlacedTensor } from '../checkpoint/onnx/scopes.ts';
import { openRangeReader, type RangeReader } from '../checkpoint/rangeReader.ts';
import type { Plan, PlanLayer } from '../plan/plan.ts';
import { addedBytes } from './addedBytes.ts';
import { isDense, notDense } from './denseWeight.ts';
import { ExternalData } from './externalData.ts';
import { factorValues } from './factorValues.ts';
import { changeErrors, momentFor } from './layerMoment.ts';
import { freshNames } from './freshNames.ts';
import type { LayerOutcome, LayerRewrite, Refusal } from './layerRewrite.ts';
import { lowRankRewrite } from './lowRankRewrite.ts';
import { FILE_SYSTEM, writeFiles } from './outputFiles.ts';
import { namesOf } from './namesOf.ts';
import { besideName, checkOutputPath } from './outputPath.ts';
import { bytesPiece, totalLength, type Edit, type Piece } from './piece.ts';
import { operatorSetField } from './protoBuilders.ts';
import { pruneRewrite } from './pruneRewrite.ts';
import { quantizeRewrite } from './quantizeRewrite.ts';
import { RewriteError } from './rewriteError.ts';
import { definedBy, functionAround, type RewriteSite } from './rewriteSite.ts';
import type { RewriteTools } from './rewriteTools.ts';
import { splicedPieces } from './splicedPieces.ts';
import { fieldNumber } from './wire.ts';

/** What was written. */
export interface RewriteOutcome {
  readonly file: string;
  readonly bytes: number;
  /** The file of weights beside the model, where there is one. */
  readonly external?: { readonly file: string; readonly bytes: number };
  /** One for each layer that the plan changes, in the plan's order. */
  readonly layers: readonly LayerOutcome[];
}

/** What protobuf lets one file have. */
const INLINE_LIMIT = 2 ** 31 - 1;

/** Version of `com.microsoft`, the only one there is. */
const CONTRIBUTED_VERSION = 1;
const CONTRIBUTED_DOMAIN = 'com.microsoft';

/**
 * Writes `output` from the checkpoint at `file` as the plan says. What the plan does not change is copied
 * byte for byte, what this version does not know of the format too; values go through memory a layer at a
 * time. Weights that were in other files, and all of them where the model would pass the limit of protobuf,
 * go to one new file beside the output. The output appears whole or not at all.
 *
 * @throws CheckpointError, LinalgError, and RewriteError where the plan does not fit the checkpoint or the
 *   output cannot be written.
 */
export function rewriteCheckpoint(
  file: string,
  plan: Pick<Plan, 'layers'>,
  output: string,
  tools: RewriteTools,
): RewriteOutcome {
  const reader = openRangeReader(file);
  try {
    const model = readOnnxModel(reader);
    checkOutputPath(output, modelFiles(model.checkpoint), tools.replace ?? false);
    const layers = plannedLayers(model, plan);
    const location = besideName(output);
    const arranged = arrange(reader, model, layers, new ExternalData(location, false), tools);
    const isTooLarge = totalLength(arranged.pieces) > (tools.inlineLimit ?? INLINE_LIMIT);
    const final = isTooLarge
      ? arrange(reader, model, layers, new ExternalData(location, true), tools)
      : arranged;
    const beside = path.join(path.dirname(output), location);
    const external = { file: beside, pieces: final.external.pieces };
    const hasExternal = external.pieces.length > 0;
    const files = tools.files ?? FILE_SYSTEM;
    writeFiles(
      [...(hasExternal ? [external] : []), { file: output, pieces: final.pieces }],
      files,
      openRangeReader,
      tools,
    );
    return {
      file: output,
      bytes: totalLength(final.pieces),
      ...(hasExternal ? { external: { file: beside, bytes: totalLength(external.pieces) } } : {}),
      layers: final.outcomes.map((outcome) => outcome()),
    };
  } finally {
    reader.close();
  }
}

interface PlannedLayer {
  readonly layer: Exclude<PlanLayer, { action: 'keep' }>;
  readonly weight: Weight;
  readonly tensor: PlacedTensor;
}

/** @throws RewriteError `wrong-plan` */
function plannedLayers(model: OnnxModel, plan: Pick<Plan, 'layers'>): readonly PlannedLayer[] {
  const { file, weights } = model.checkpoint;
  const byId = new Map(weights.map((weight) => [weight.id, weight]));
  const seen = new Set<string>();
  return plan.layers.flatMap((layer) => {
    const weight = byId.get(layer.id);
    const tensor = model.tensors.get(layer.id);
    if (!weight || !tensor)
      throw new RewriteError(
        'wrong-plan',
        `The plan has a layer '${layer.id}' (tensor '${layer.tensor}'), which is not in ${file}. Take the plan of this model, or make it again.`,
      );
    if (seen.has(layer.id))
      throw new RewriteError('wrong-plan', `The plan has the layer '${layer.id}' twice.`);
    seen.add(layer.id);
    return layer.action === 'keep' ? [] : [{ layer, weight, tensor }];
  });
}

interface Arrangement {
  readonly pieces: readonly Piece[];
  readonly external: ExternalData;
  readonly outcomes: readonly (() => LayerOutcome)[];
}

/** The new file, laid out but for its values. */
function arrange(
  reader: RangeReader,
  model: OnnxModel,
  layers: readonly PlannedLayer[],
  external: ExternalData,
  tools: RewriteTools,
): Arrangement {
  const edits: Edit[] = [];
  const outcomes: (() => LayerOutcome)[] = [];
  const rewritten = new Set<PlacedTensor>();
  const contributing = new Set<PlacedTensor>();
  const fresh = freshNames(namesOf(model));
  const claimed = new Set<PlacedNode>();
  let begun = 0;
  for (const { layer, weight, tensor } of layers) {
    const value = definedBy(tensor);
    const beside = external.bytes;
    if (!isDense(weight)) {
      outcomes.push(() => keptOutcome(weight, layer, notDense(weight)));
      continue;
    }
    const site: RewriteSite | undefined = value && {
      model,
      reader,
      weight,
      tensor,
      value,
      fresh,
      begin: () => tools.onLayer?.(weight.tensor, begun++, layers.length),
      claim: (node) => !claimed.has(node) && claimed.add(node).has(node),
      allBeside: external.everything,
      write: (made, beside) => external.write(made, beside),
    };
    const done = site
      ? rewriteLayer(site, layer, tools)
      : { refused: 'no name in the graph stands for it' };
    if ('refused' in done) {
      outcomes.push(() => keptOutcome(weight, layer, done.refused));
      continue;
    }
    rewritten.add(tensor);
    if (done.contributed) contributing.add(tensor);
    edits.push(...done.edits);
    const added = addedBytes(weight, tensor, done, external.bytes - beside);
    outcomes.push(() => ({ ...done.outcome(), added }));
  }
  const files = new ExternalFiles(reader.file);
  for (const tensor of model.placed.tensors)
    if (!rewritten.has(tensor)) edits.push(...external.keep(tensor, reader, files));
  edits.push(...operatorSets(reader, model, contributing));
  return { pieces: splicedPieces(reader, edits), external, outcomes };
}

function rewriteLayer(
  site: RewriteSite,
  layer: PlannedLayer['layer'],
  tools: RewriteTools,
): LayerRewrite | Refusal {
  switch (layer.action) {
    case 'lowrank':
      return lowRankRewrite(site, layer.rank, () =>
        factorValues(site.weight, layer.rank, momentFor(layer, tools), tools),
      );
    case 'quantize':
      return quantizeRewrite(site, layer, (values, changed) => {
        // The codes are the same with and without inputs: these only tell more of them.
        const moment = layer.errorOf === 'outputs' ? tools.moment?.(layer.id) : undefined;
        return changeErrors(site.weight, values, changed, moment, tools);
      });
    case 'prune':
      return pruneRewrite(site, layer, tools);
  }
}

function keptOutcome(
  { id, tensor }: Weight,
  { parameters, bytes }: PlanLayer,
  note: string,
): LayerOutcome {
  const before = <T>([first]: readonly [T, T]): readonly [T, T] => [first, first];
  const [same, size] = [before(parameters), before(bytes)];
  return {
    id,
    tensor,
    action: 'keep',
    relativeError: 0,
    parameters: same,
    bytes: size,
    added: 0,
    note,
  };
}

/** ONNX Runtime's own operators, imported where nodes use them and they are not yet. */
function operatorSets(
  reader: RangeReader,
  model: OnnxModel,
  tensors: ReadonlySet<PlacedTensor>,
): readonly Edit[] {
  const edits: Edit[] = [];
  const add = (shape: typeof MODEL, offset: number): void => {
    const number = fieldNumber(shape, 'opset_import');
    const entry = operatorSetField(number, CONTRIBUTED_DOMAIN, CONTRIBUTED_VERSION);
    edits.push({ offset, bytes: 0, pieces: [bytesPiece(entry)] });
  };
  const bodies = new Set([...tensors].map(({ scope }) => functionAround(model, scope)));
  if (tensors.size > 0 && !(CONTRIBUTED_DOMAIN in model.tree.opset)) add(MODEL, reader.size);
  for (const body of bodies)
    if (body && !(CONTRIBUTED_DOMAIN in body.tree.opset))
      add(FUNCTION, body.tree.body.nodes[0]!.span.offset);
  return edits;
}
