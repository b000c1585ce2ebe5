import { CheckpointError } from '../checkpointError.ts';
import { MessageReader } from '../protobuf/messageReader.ts';
import { WireSource } from '../protobuf/wireSource.ts';
import type { RangeReader } from '../rangeReader.ts';
import { fileSignature } from './fileSignature.ts';
import {
  ATTRIBUTE,
  FUNCTION,
  GRAPH,
  MODEL,
  NODE,
  OPERATOR_SET,
  TRAINING_INFO,
} from './messageShapes.ts';
import type { AttributeTree, FunctionTree, GraphTree, ModelTree, NodeTree } from './modelTree.ts';
import { readAttribute, readGraph, readNode, type IndexCount } from './readGraph.ts';

/** From this version of the format on, a model must name its operator sets. */
const FIRST_IR_WITH_OPSET = 3;

/** The name of the standard operator set, which a model may also leave empty. */
export const STANDARD_DOMAIN = 'ai.onnx';

/**
 * Reads the structure of an ONNX file: everything but the values of its tensors. Throws CheckpointError:
 * `wrong-format` where the file is no ONNX model, `truncated`, `malformed`, `limit-exceeded`.
 */
export function readModel(reader: RangeReader): ModelTree {
  const model = new MessageReader(new WireSource(reader), MODEL, 0, reader.size);
  const parts = new ModelParts();
  try {
    while (model.next()) parts.take(model);
  } catch (error) {
    // Where nothing has looked like a model yet, what the file is says more than how it breaks the format.
    if (error instanceof CheckpointError && !parts.recognised) throw notOnnx(reader, error);
    throw error;
  }
  return parts.finish(reader);
}

class ModelParts {
  recognised = false;
  private irVersion = 0;
  private producer: string[] = [];
  private readonly opset = new Map<string, number>();
  private graph: GraphTree | undefined;
  private readonly functions: FunctionTree[] = [];
  private readonly training: GraphTree[] = [];
  private trainingInfos = 0;
  private readonly count: IndexCount = { nodes: 0, tensors: 0 };

  take(model: MessageReader): void {
    switch (model.name) {
      case 'ir_version':
        this.irVersion = model.integer();
        this.recognised = true;
        break;
      case 'producer_name':
        this.producer[0] = model.text();
        break;
      case 'producer_version':
        this.producer[1] = model.text();
        break;
      case 'graph':
        if (this.graph)
          model.fail('malformed', 'occurs twice. Two files were joined, or it is damaged.');
        this.graph = readGraph(model.child(GRAPH), this.count);
        this.recognised = true;
        break;
      case 'opset_import': {
        const [domain, version] = readOperatorSet(model.child(OPERATOR_SET));
        this.opset.set(domain, version);
        break;
      }
      case 'training_info': {
        const info = model.child(TRAINING_INFO, this.trainingInfos++);
        while (info.next())
          if (info.name !== '') this.training.push(readGraph(info.child(GRAPH), this.count));
        break;
      }
      case 'functions':
        this.functions.push(readFunction(model.child(FUNCTION, this.functions.length), this.count));
    }
  }

  finish(reader: RangeReader): ModelTree {
    if (!this.graph) throw notOnnx(reader);
    if (this.irVersion >= FIRST_IR_WITH_OPSET && this.opset.size === 0)
      throw new CheckpointError(
        'truncated',
        `${reader.file}: the field opset_import is missing, which a model of IR version ${this.irVersion} must have. The file was probably cut off; copy, download or export it again.`,
        { file: reader.file, field: 'opset_import', offset: reader.size },
      );
    return {
      irVersion: this.irVersion,
      producer: this.producer.filter((part) => part !== '').join(' '),
      opset: Object.fromEntries(this.opset),
      graph: this.graph,
      functions: this.functions,
      training: this.training,
    };
  }
}

function readOperatorSet(message: MessageReader): readonly [domain: string, version: number] {
  let domain = '';
  let version = 0;
  while (message.next()) {
    if (message.name === 'domain') domain = message.text();
    else if (message.name === 'version') version = message.integer();
  }
  return [domain === '' ? STANDARD_DOMAIN : domain, version];
}

function readFunction(message: MessageReader, count: IndexCount): FunctionTree {
  const nodes: NodeTree[] = [];
  const inputs: string[] = [];
  const outputs: string[] = [];
  const defaults: AttributeTree[] = [];
  const opset = new Map<string, number>();
  let name = '';
  let domain = '';
  let overload = '';
  while (message.next()) {
    switch (message.name) {
      case 'name':
        name = message.text();
        break;
      case 'domain':
        domain = message.text();
        break;
      case 'overload':
        overload = message.text();
        break;
      case 'input':
        inputs.push(message.text());
        break;
      case 'output':
        outputs.push(message.text());
        break;
      case 'node':
        nodes.push(readNode(message.child(NODE, nodes.length), count, message.span));
        break;
      case 'opset_import':
        opset.set(...readOperatorSet(message.child(OPERATOR_SET)));
        break;
      case 'attribute_proto':
        defaults.push(readAttribute(message.child(ATTRIBUTE, defaults.length), count));
    }
  }
  const body = { nodes, inputs, outputs, initializers: [], sparse: [], inputSpans: [] };
  return { domain, name, overload, body, defaults, opset: Object.fromEntries(opset) };
}

function notOnnx(reader: RangeReader, cause?: CheckpointError): CheckpointError {
  const { file } = reader;
  const signature = fileSignature(reader);
  const detail = cause ? `its first field cannot be read` : 'it has no graph';
  const what =
    signature ??
    `${detail}. Choose a file that was written as .onnx, or download or export it again.`;
  return new CheckpointError('wrong-format', `${file} is not an ONNX model: ${what}`, {
    file,
    field: cause?.place.field ?? 'graph',
    offset: cause?.place.offset ?? 0,
  });
}
