import type {
  Attention,
  Checkpoint,
  HeadBlocks,
  SkippedTensor,
  TensorStorage,
  Weight,
} from '../checkpoint.ts';
import type { RangeReader } from '../rangeReader.ts';
import { attentionAround } from './attentionHeads.ts';
import { LIMITS } from '../limits.ts';
import { callOrders, outermost } from './callOrders.ts';
import type { MatrixUse } from './consumption.ts';
import { displayName } from './displayName.ts';
import { ExternalFiles } from './externalFiles.ts';
import { compareOrder, GraphWalk, type Consumer } from './graphWalk.ts';
import { PARTLY_GATES, unitedGates } from './joinedGates.ts';
import type { ModelTree } from './modelTree.ts';
import { QuantisedContents } from './quantisedContent.ts';
import { readModel } from './readModel.ts';
import { blockLength, headBlocks, joinedBlocks } from './headBlocks.ts';
import { ATTENTION_PARTS } from './packedAttentionUse.ts';
import { placeModel, type PlacedModel, type PlacedNode, type PlacedTensor } from './scopes.ts';
import { definedValue, skipReason } from './skipReason.ts';
import { sparseContent } from './sparseContent.ts';
import { TensorContents, type TensorContent } from './tensorContent.ts';
import { weightChain } from './weightChain.ts';
import { numbered, uniqueNames } from './uniqueNames.ts';

interface FoundWeight {
  readonly tensor: PlacedTensor;
  readonly content: TensorContent;
  readonly storage: TensorStorage;
  readonly consumers: readonly Consumer[];
  readonly first: Consumer;
  readonly use: MatrixUse;
  readonly order: readonly number[];
}

/** A model with its structure, as what changes the file needs it. */
export interface OnnxModel {
  readonly checkpoint: Checkpoint;
  readonly tree: ModelTree;
  readonly placed: PlacedModel;
  /** The tensor of each weight, by the weight's id. */
  readonly tensors: ReadonlyMap<string, PlacedTensor>;
}

/**
 * What an ONNX file holds: every TensorProto of it, in graphs, attributes, functions and training graphs,
 * is one entry of `weights` or of `skipped`. Throws CheckpointError.
 */
export function readOnnxCheckpoint(reader: RangeReader): Checkpoint {
  return readOnnxModel(reader).checkpoint;
}

/** As `readOnnxCheckpoint`, with the structure of the file. Throws CheckpointError. */
export function readOnnxModel(reader: RangeReader): OnnxModel {
  const model = readModel(reader);
  const placed = placeModel(model, reader.file);
  const externals = new ExternalFiles(reader.file);
  const contents = new TensorContents(reader, externals);
  const quantised = new QuantisedContents(contents);
  const walk = new GraphWalk(placed, reader);
  const calls = callOrders(placed);

  const found: FoundWeight[] = [];
  const skipped: { readonly offset: number; readonly entry: SkippedTensor }[] = [];
  let parameters = 0;
  for (const tensor of placed.tensors) {
    const content = tensor.sparse
      ? sparseContent(tensor.sparse, tensor.name, contents, reader.file)
      : contents.contentOf(tensor.header, tensor.name);
    if (content.type.float) parameters += content.elements;
    const judged = judge(tensor, content, walk, quantised);
    if ('reason' in judged) {
      const { shape, type } = content;
      const entry = { tensor: tensor.name, shape, dtype: type.name, reason: judged.reason };
      skipped.push({ offset: tensor.header.offset, entry });
    } else {
      const call = calls.get(outermost(tensor.scope)) ?? [];
      const { storage } = judged;
      if (storage.encoding === 'quantised') parameters += storage.elements;
      found.push({ ...judged, tensor, content, order: [...call, ...judged.first.order] });
    }
  }
  found.sort((a, b) => compareOrder(a.order, b.order));
  skipped.sort((a, b) => a.offset - b.offset);
  const weights = weightsOf(found);
  const tensors = new Map(weights.map(({ id }, k) => [id, found[k]!.tensor]));
  const checkpoint: Checkpoint = {
    file: reader.file,
    format: 'onnx',
    bytes: reader.size,
    ...(externals.found().length > 0 ? { externalFiles: externals.found() } : {}),
    parameters,
    irVersion: model.irVersion,
    opset: model.opset,
    producer: model.producer,
    ...withAttentions(weights, found, placed, reader),
    skipped: skipped.map(({ entry }) => entry),
    chain: weightChain(placed, idsByNode(found, weights)),
  };
  return { checkpoint, tree: model, placed, tensors };
}

function idsByNode(
  found: readonly FoundWeight[],
  weights: readonly Weight[],
): ReadonlyMap<PlacedNode, readonly string[]> {
  const ids = new Map<PlacedNode, string[]>();
  for (const [k, { consumers }] of found.entries())
    for (const { node, consumption } of consumers)
      if (consumption.kind === 'matrix') ids.set(node, [...(ids.get(node) ?? []), weights[k]!.id]);
  return ids;
}

/** The weights, and the attentions that they are the projections of. */
function withAttentions(
  weights: readonly Weight[],
  found: readonly FoundWeight[],
  { nodes }: PlacedModel,
  reader: RangeReader,
): Pick<Checkpoint, 'weights' | 'attentions'> {
  const linear = new Map<PlacedNode, Weight>();
  for (const [k, { consumers, use }] of found.entries())
    if (use.role === 'linear') for (const { node } of consumers) linear.set(node, weights[k]!);
  const blocks = (node: PlacedNode, part: string): HeadBlocks | undefined => {
    const weight = linear.get(node);
    return weight && headBlocks(weight, part);
  };
  // Beyond that the attentions found so far are enough: the file itself is not at fault.
  let steps = 0;
  const attentions = nodes.flatMap((node): readonly Attention[] => {
    if (node.tree.op !== 'Softmax' || steps > LIMITS.walkSteps) return [];
    const outputsOf = (projection: PlacedNode, part: string): number | undefined => {
      const weight = linear.get(projection);
      return weight && blockLength(weight, part);
    };
    const around = attentionAround(node, outputsOf, reader, () => steps++);
    if (!around) return [];
    const [query, key, value] = [around.query, around.key, around.value].map((projection, k) =>
      blocks(projection, ATTENTION_PARTS[k]!)!,
    );
    const output = around.output && linear.get(around.output);
    const joined = output && joinedBlocks(output, value!, around.heads, weights);
    return [
      {
        heads: around.heads,
        query: query!,
        key: key!,
        value: value!,
        ...(joined ? { output: joined } : {}),
      },
    ];
  });
  return { weights, attentions };
}

type Judgement =
  { readonly reason: string } | Pick<FoundWeight, 'storage' | 'consumers' | 'first' | 'use'>;

function judge(
  tensor: PlacedTensor,
  content: TensorContent,
  walk: GraphWalk,
  quantised: QuantisedContents,
): Judgement {
  const reason = skipReason(tensor, content);
  const value = definedValue(tensor);
  if (reason !== '' || !value) return { reason };
  const consumers = walk.consumersOf(value, content.shape);
  const uses = consumers.flatMap(({ consumption }, k) =>
    consumption.kind === 'matrix' ? [{ first: consumers[k]!, use: consumption }] : [],
  );
  // A table that is also multiplied by (tied weights) counts as what multiplies.
  const chosen = uses.find(({ use }) => use.role !== 'embedding') ?? uses[0];
  if (chosen) {
    const alike = uses.filter(({ use }) => use.role === chosen.use.role);
    const { partial } = chosen.use;
    const use = partial ? unitedGates(alike.map((each) => each.use)) : agreed(chosen.use, alike);
    if (!use) return { reason: PARTLY_GATES };
    const read = content.storage
      ? { storage: content.storage }
      : quantised.contentOf(tensor.name, content, chosen.first.dequantiser);
    if ('reason' in read) return read;
    const { storage } = read;
    return { storage, consumers, ...chosen, use };
  }
  const { type } = content;
  if (!type.float && consumers.every(({ dequantiser }) => !dequantiser))
    return { reason: `${type.name}: ${type.reason}` };
  const [other] = consumers;
  if (other?.consumption.kind === 'other') return { reason: other.consumption.reason };
  return { reason: 'no node takes it; the graph only hands it out as a result' };
}

/** A matrix is cut into query, key and value only where every node that multiplies by it is cut so. */
function agreed(use: MatrixUse, all: readonly { readonly use: MatrixUse }[]): MatrixUse {
  const { division, ...whole } = use;
  if (!division || use.role !== 'linear' || division.batchAxes > 0) return use;
  const cut = JSON.stringify(division);
  return all.every((each) => JSON.stringify(each.use.division) === cut) ? use : whole;
}

function weightsOf(found: readonly FoundWeight[]): readonly Weight[] {
  const ids = numbered(found.map(({ tensor }) => tensor.id));
  const names = uniqueNames(
    found.map(({ tensor, first }) => ({
      name: displayName(tensor, first.node, first.input),
      path: tensor.scope.path,
    })),
  );
  return found.map(({ tensor, content, storage, consumers, first, use }, k) => ({
    id: ids[k]!,
    name: names[k]!,
    tensor: tensor.name,
    op: first.node.tree.op,
    role: use.role,
    orientation: use.orientation,
    dtype: storage.dtype,
    shape: storage.encoding === 'quantised' ? storage.shape : content.shape,
    rowAxes: use.rowAxes,
    parameters: storage.elements,
    groups: use.groups,
    ...(use.division ? { division: use.division } : {}),
    consumers: [...new Set(consumers.map(({ node }) => node.label))],
    storage,
  }));
}
