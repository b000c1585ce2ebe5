import type { MessageShape } from '../protobuf/messageReader.ts';

/**
 * The messages of an ONNX file and those of their fields that are read. Source: onnx.proto of ONNX 1.19
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */

export const MODEL: MessageShape = {
  message: 'ModelProto',
  fields: {
    1: 'ir_version',
    2: 'producer_name',
    3: 'producer_version',
    7: 'graph',
    8: 'opset_import',
    20: 'training_info',
    25: 'functions',
  },
};

export const OPERATOR_SET: MessageShape = {
  message: 'OperatorSetIdProto',
  fields: { 1: 'domain', 2: 'version' },
};

export const TRAINING_INFO: MessageShape = {
  message: 'TrainingInfoProto',
  fields: { 1: 'initialization', 2: 'algorithm' },
};

export const FUNCTION: MessageShape = {
  message: 'FunctionProto',
  fields: {
    1: 'name',
    4: 'input',
    5: 'output',
    7: 'node',
    9: 'opset_import',
    10: 'domain',
    11: 'attribute_proto',
    13: 'overload',
  },
};

export const GRAPH: MessageShape = {
  message: 'GraphProto',
  fields: {
    1: 'node',
    5: 'initializer',
    11: 'input',
    12: 'output',
    15: 'sparse_initializer',
  },
};

export const VALUE_INFO: MessageShape = {
  message: 'ValueInfoProto',
  fields: { 1: 'name', 2: 'type' },
};

/** Of a value; of a tensor's element type and shape nothing is read. */
export const TYPE: MessageShape = {
  message: 'TypeProto',
  fields: { 4: 'sequence_type', 5: 'map_type', 9: 'optional_type' },
};

/** A TypeProto as it is written for a tensor. */
export const VALUE_TYPE: MessageShape = {
  message: 'TypeProto',
  fields: { 1: 'tensor_type' },
};

export const TENSOR_TYPE: MessageShape = {
  message: 'TypeProto.Tensor',
  fields: { 1: 'elem_type', 2: 'shape' },
};

export const TENSOR_SHAPE: MessageShape = {
  message: 'TensorShapeProto',
  fields: { 1: 'dim' },
};

export const DIMENSION: MessageShape = {
  message: 'TensorShapeProto.Dimension',
  fields: { 1: 'dim_value' },
};

export const SEQUENCE_TYPE: MessageShape = {
  message: 'TypeProto.Sequence',
  fields: { 1: 'elem_type' },
};

export const MAP_TYPE: MessageShape = {
  message: 'TypeProto.Map',
  fields: { 2: 'value_type' },
};

export const NODE: MessageShape = {
  message: 'NodeProto',
  fields: {
    1: 'input',
    2: 'output',
    3: 'name',
    4: 'op_type',
    5: 'attribute',
    7: 'domain',
    8: 'overload',
    9: 'metadata_props',
  },
};

export const ATTRIBUTE: MessageShape = {
  message: 'AttributeProto',
  fields: {
    1: 'name',
    2: 'f',
    3: 'i',
    4: 's',
    5: 't',
    6: 'g',
    8: 'ints',
    10: 'tensors',
    11: 'graphs',
    14: 'tp',
    15: 'type_protos',
    20: 'type',
    21: 'ref_attr_name',
    22: 'sparse_tensor',
    23: 'sparse_tensors',
  },
};

export const TENSOR: MessageShape = {
  message: 'TensorProto',
  fields: {
    1: 'dims',
    2: 'data_type',
    3: 'segment',
    4: 'float_data',
    5: 'int32_data',
    6: 'string_data',
    7: 'int64_data',
    8: 'name',
    9: 'raw_data',
    10: 'double_data',
    11: 'uint64_data',
    13: 'external_data',
    14: 'data_location',
  },
};

export const SPARSE_TENSOR: MessageShape = {
  message: 'SparseTensorProto',
  fields: { 1: 'values', 2: 'indices', 3: 'dims' },
};

export const KEY_VALUE: MessageShape = {
  message: 'StringStringEntryProto',
  fields: { 1: 'key', 2: 'value' },
};
