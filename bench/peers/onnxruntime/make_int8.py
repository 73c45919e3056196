"""python3 make_int8.py FOLDER [EXPORTED.onnx]

Writes ONNX Runtime's graphs of a folder's BERT: plain.onnx and fused.onnx in f32 (make_model.py), and in int8
int8-plain.onnx and, of an exporter's own graph, int8-tool.onnx (as onnxruntime's quantize_dynamic leaves them, with a
scale for each column of weights) and int8-fused.onnx (QAttention, DynamicQuantizeMatMul)."""
import json
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import make_model


def quantized(weight):
    """[K,N] as int8, and the scale of each column."""
    scale = np.abs(weight).max(axis=0) / 127.0
    scale[scale == 0] = 1
    return np.clip(np.rint(weight / scale), -127, 127).astype(np.int8), scale.astype(np.float32)


class FusedInt8(make_model.Fused):
    """The fused graph with products of bytes."""

    def matmul(self, x, name):
        weight, scale = quantized(np.asarray(self.tensors[name + ".weight"]).T)
        graph = self.graph
        inputs = [x, graph.constant(name + ".q", weight), graph.constant(name + ".s", scale),
                  graph.constant(name + ".z", np.zeros(len(scale), np.int8))]
        return graph.node("DynamicQuantizeMatMul", inputs, name + "/matmul", make_model.FUSED)

    def attention(self, x, at):
        names = [f"{at}attention.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([np.asarray(self.tensors[name + ".weight"]).T for name in names], axis=1)
        bias = np.concatenate([np.asarray(self.tensors[name + ".bias"]) for name in names])
        weight, scale = quantized(weight)
        graph = self.graph
        graph.node("DynamicQuantizeLinear", [x], at + "xq", "", [at + "xs", at + "xz"])
        inputs = [at + "xq", graph.constant(at + "qkv.q", weight), graph.constant(at + "qkv.bias", bias), at + "xs",
                  graph.constant(at + "qkv.s", scale), "mask/i32", at + "xz",
                  graph.constant(at + "qkv.z", np.zeros(len(scale), np.int8))]
        return graph.node("QAttention", inputs, at + "context", make_model.FUSED, num_heads=self.heads)


def quantize_products(path, output):
    """Every product with a weight becomes DynamicQuantizeLinear, MatMulInteger and the scales."""
    model = onnx.load(path)
    graph = model.graph
    weights = {one.name: one for one in graph.initializer}
    nodes, rows, replaced = [], set(), set()
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in weights or len(weights[node.input[1]].dims) != 2:
            nodes.append(node)
            continue
        x, name, y = node.input[0], node.input[1], node.output[0]
        weight, scale = quantized(numpy_helper.to_array(weights[name]))
        replaced.add(name)
        graph.initializer.extend([
            numpy_helper.from_array(weight, name + "_quantized"), numpy_helper.from_array(scale, name + "_scale"),
            numpy_helper.from_array(np.zeros(len(scale), np.int8), name + "_zero_point")])
        if x not in rows:
            rows.add(x)
            nodes.append(helper.make_node(
                "DynamicQuantizeLinear", [x], [x + "_quantized", x + "_scale", x + "_zero_point"]))
        nodes.append(helper.make_node(
            "MatMulInteger", [x + "_quantized", name + "_quantized", x + "_zero_point", name + "_zero_point"],
            [y + "_int"]))
        nodes.append(helper.make_node("Cast", [y + "_int"], [y + "_cast"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", [x + "_scale", name + "_scale"], [y + "_scales"]))
        nodes.append(helper.make_node("Mul", [y + "_cast", y + "_scales"], [y]))
    del graph.node[:]
    graph.node.extend(nodes)
    kept = [one for one in graph.initializer if one.name not in replaced]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    model.ir_version = max(model.ir_version, 7)
    onnx.save(model, output)
    print(f"{output}: {len(replaced)} products in bytes")


def main():
    folder = sys.argv[1]
    with open(folder + "/config.json", encoding="utf-8") as file:
        config = json.load(file)
    tensors = make_model.read_safetensors(folder + "/model.safetensors")
    for kind, name in ((make_model.Plain, "plain"), (make_model.Fused, "fused"), (FusedInt8, "int8-fused")):
        builder = kind(config, tensors)
        builder.graph.write(f"{folder}/{name}.onnx", builder.build(), builder.hidden)
    quantize_products(folder + "/plain.onnx", folder + "/int8-plain.onnx")
    if len(sys.argv) > 2:
        quantize_products(sys.argv[2], folder + "/int8-tool.onnx")


if __name__ == "__main__":
    main()
