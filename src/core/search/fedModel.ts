import type { FloatType } from '../checkpoint/checkpoint.ts';
import { ExternalFiles } from '../checkpoint/onnx/externalFiles.ts';
import { GRAPH, VALUE_INFO } from '../checkpoint/onnx/messageShapes.ts';
import { readOnnxModel, type OnnxModel } from '../checkpoint/onnx/onnxCheckpoint.ts';
import type { PlacedTensor, Scope, Value } from '../checkpoint/onnx/scopes.ts';
import { openRangeReader, type RangeReader } from '../checkpoint/rangeReader.ts';
import { isDense, type DenseWeight } from '../rewrite/denseWeight.ts';
import { FLOAT_DATA_TYPES } from '../rewrite/encodeFloats.ts';
import { ExternalData } from '../rewrite/externalData.ts';
import { freshNames } from '../rewrite/freshNames.ts';
import { namesOf } from '../rewrite/namesOf.ts';
import { FILE_SYSTEM, writeFiles } from '../rewrite/outputFiles.ts';
import { besideName } from '../rewrite/outputPath.ts';
import { bytesPiece, type Edit, type Piece } from '../rewrite/piece.ts';
import { field, tensorType } from '../rewrite/protoBuilders.ts';
import { definedBy, functionAround, nodeFields } from '../rewrite/rewriteSite.ts';
import { splicedPieces } from '../rewrite/splicedPieces.ts';
import { fieldNumber, fieldsOf } from '../rewrite/wire.ts';

/** A weight that a copy of the model takes as an input. */
export interface FedWeight {
  readonly id: string;
  /** Of the copy's input. */
  readonly name: string;
  readonly type: FedType;
  readonly weight: DenseWeight;
  readonly value: Value;
}

/** Types that ONNX Runtime's tensors of JavaScript have. */
export type FedType = Exclude<FloatType, 'bfloat16'>;

export interface FedModel {
  /** In the order that was asked for. */
  readonly weights: readonly FedWeight[];
  /** Why a weight stays where it is, by id. */
  readonly refused: Readonly<Record<string, string>>;
}

/**
 * Writes a copy of a model in which weights are inputs of the main graph, so that a plan is run by feeding
 * other values to one and the same session. In graphs inside others an Identity hands the input on under the
 * weight's name. All else is copied byte for byte. Throws CheckpointError and RewriteError.
 *
 * @param ids of the weights
 * @param output a file that is not there yet; external data go beside it
 */
export function writeFedModel(file: string, ids: readonly string[], output: string): FedModel {
  const reader = openRangeReader(file);
  try {
    const model = readOnnxModel(reader);
    const fresh = freshNames(namesOf(model));
    const byId = new Map(model.checkpoint.weights.map((weight) => [weight.id, weight]));
    const external = new ExternalData(besideName(output), false);
    const edits: Edit[] = [];
    const taken = new Set<PlacedTensor>();
    const weights: FedWeight[] = [];
    const refused: Record<string, string> = {};
    for (const id of ids) {
      const [weight, tensor] = [byId.get(id), model.tensors.get(id)];
      if (!weight || !tensor) throw new RangeError(`${file} has no weight '${id}'`);
      const value = definedBy(tensor);
      const reason = refusal(model, weight, tensor, value);
      if (reason !== '' || !value || !isDense(weight) || weight.dtype === 'bfloat16') {
        refused[id] = reason;
        continue;
      }
      const isMain = tensor.scope.parent === undefined && value.producer === undefined;
      const name = isMain ? value.name : fresh(`${value.name}_fed`);
      const { dtype: type } = weight;
      weights.push({ id, name, type, weight, value });
      taken.add(tensor);
      edits.push(...inputEdits(model, tensor, value, name, inputField(name, weight)));
    }
    const files = new ExternalFiles(file);
    for (const tensor of model.placed.tensors)
      if (!taken.has(tensor)) edits.push(...external.keep(tensor, reader, files));
    writeCopy(reader, edits, external, output);
    return { weights, refused };
  } finally {
    reader.close();
  }
}

/** Empty where the weight can be an input. */
function refusal(
  model: OnnxModel,
  weight: DenseWeight | { readonly dtype: string },
  tensor: PlacedTensor,
  value: Value | undefined,
): string {
  if (!value) return 'no name in the graph stands for it';
  if (tensor.scope.training) return 'it is in a training graph';
  if (functionAround(model, tensor.scope))
    return 'it is inside a function of the model, which sees no inputs of the graph';
  return weight.dtype === 'bfloat16' ? 'it is bfloat16, which cannot be fed to ONNX Runtime' : '';
}

function inputField(name: string, { dtype, shape }: DenseWeight): readonly Piece[] {
  const fields = fieldsOf(VALUE_INFO);
  const content = [
    bytesPiece(fields.bytes('name', name)),
    bytesPiece(fields.bytes('type', tensorType(FLOAT_DATA_TYPES[dtype], shape))),
  ];
  return field(fieldNumber(GRAPH, 'input'), content);
}

function inputEdits(
  model: OnnxModel,
  { header, scope }: PlacedTensor,
  { producer, name: own }: Value,
  name: string,
  input: readonly Piece[],
): readonly Edit[] {
  const { graph } = model.tree;
  if (name === own) {
    // Older files list their initialisers among the inputs already.
    const listed = graph.inputs.includes(own);
    return [{ ...header.span, pieces: listed ? [] : input }];
  }
  const first = graph.nodes[0]!.span.offset;
  const added: Edit = { offset: first, bytes: 0, pieces: input };
  const handOn = identity(model, scope, name, own);
  if (producer) return [added, { ...producer.tree.span, pieces: handOn }];
  const at = model.placed.nodes.find((node) => node.scope === scope);
  // A graph whose only content is its weights has no node to stand before.
  const place = at ? at.tree.span.offset : header.span.offset;
  return [added, { ...header.span, pieces: [] }, { offset: place, bytes: 0, pieces: handOn }];
}

function identity(model: OnnxModel, scope: Scope, from: string, to: string): readonly Piece[] {
  return nodeFields(model, scope, [
    { name: `${from}_identity`, op: 'Identity', inputs: [from], outputs: [to] },
  ]);
}

function writeCopy(
  reader: RangeReader,
  edits: readonly Edit[],
  external: ExternalData,
  output: string,
): void {
  const beside = { file: `${output}.data`, pieces: external.pieces };
  const whole = { file: output, pieces: splicedPieces(reader, edits) };
  const planned = external.pieces.length > 0 ? [beside, whole] : [whole];
  writeFiles(planned, FILE_SYSTEM, openRangeReader);
}
