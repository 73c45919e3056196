"""Writes the BERT of a Hugging Face folder as two ONNX graphs for ONNX Runtime.

    python3 make_model.py FOLDER

reads FOLDER/config.json and FOLDER/model.safetensors (f32) and writes into FOLDER

    plain.onnx   the standard operators, as an exporter leaves them: MatMul, Add, LayerNormalization, Softmax, Erf, ...
    fused.onnx   ONNX Runtime's own: EmbedLayerNormalization, Attention, SkipLayerNormalization, BiasGelu

Both take ids, mask and types, int64 [batch, tokens], and return the last hidden state, f32 [batch, tokens, hidden].
Weights are stored inside the graph file, whose format allows 2 GB. Needs Debian's python3-onnx, nothing else.
"""
import json
import math
import os
import sys

import numpy
from onnx import TensorProto, helper, numpy_helper, save

FUSED = "com.microsoft"


def read_safetensors(path):
    """Every f32 tensor of the file, mapped."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] == "I64":
            continue  # position ids, which some files carry along
        if entry["dtype"] != "F32":
            sys.exit(f"{path}: '{name}' is {entry['dtype']}; the graphs are written from F32.")
        begin = 8 + length + entry["data_offsets"][0]
        tensors[name] = numpy.memmap(path, "<f4", "r", begin, tuple(entry["shape"]))
    return tensors


class Graph:
    """Nodes and initializers in the order they were added."""

    def __init__(self):
        self.nodes, self.initializers = [], []

    def constant(self, name, value):
        value = numpy.ascontiguousarray(value)
        self.initializers.append(numpy_helper.from_array(value, name))
        return name

    def node(self, op, inputs, output, domain="", outputs=(), **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output, *outputs], domain=domain, name=output, **attributes))
        return output

    def write(self, path, output, hidden):
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
                  for name in ("ids", "mask", "types")]
        self.node("Identity", [output], "hidden")
        outputs = [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["batch", "tokens", hidden])]
        graph = helper.make_graph(self.nodes, "bert", inputs, outputs, self.initializers)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
        save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path + ".part")
        os.replace(path + ".part", path)


class Bert:
    """What both graphs share: the config, the weights by their short names, linear layers."""

    def __init__(self, config, tensors):
        self.tensors = tensors
        self.layers, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.hidden, self.epsilon = config["hidden_size"], config["layer_norm_eps"]
        self.graph = Graph()
        if config["model_type"] != "bert" or config["hidden_act"] != "gelu":
            sys.exit("only model_type bert with hidden_act gelu is written.")

    def vector(self, name):
        return self.graph.constant(name, self.tensors[name])

    def matrix(self, name):
        # Checkpoints store [out, in]; MatMul multiplies from the right with [in, out].
        return self.graph.constant(name, self.tensors[name].T)

    def matmul(self, x, name):
        return self.graph.node("MatMul", [x, self.matrix(name + ".weight")], name + "/matmul")

    def linear(self, x, name):
        return self.graph.node("Add", [self.matmul(x, name), self.vector(name + ".bias")], name)


class Plain(Bert):
    """The standard operators."""

    def build(self):
        graph = self.graph
        graph.constant("zero", numpy.array([0], "i8"))
        graph.constant("axes", numpy.array([1, 2], "i8"))
        graph.constant("split", numpy.array([0, 0, self.heads, self.hidden // self.heads], "i8"))
        graph.constant("join", numpy.array([0, 0, self.hidden], "i8"))
        graph.constant("root", numpy.array(math.sqrt(self.hidden // self.heads), "f4"))
        for name, value in (("half", 0.5), ("unit", 1), ("root2", math.sqrt(2)), ("hide", -10000)):
            graph.constant(name, numpy.array(value, "f4"))
        graph.node("Unsqueeze", ["mask", "axes"], "mask/4d")
        graph.node("Cast", ["mask/4d"], "mask/f32", to=TensorProto.FLOAT)
        graph.node("Sub", ["unit", "mask/f32"], "mask/hidden")
        graph.node("Mul", ["mask/hidden", "hide"], "mask/added")
        x = self.embeddings()
        for i in range(self.layers):
            x = self.layer(x, f"encoder.layer.{i}.")
        return x

    def embeddings(self):
        graph = self.graph
        words = graph.node("Gather", [self.vector("embeddings.word_embeddings.weight"), "ids"], "words")
        types = graph.node("Gather", [self.vector("embeddings.token_type_embeddings.weight"), "types"], "kinds")
        tokens = graph.node("Shape", ["ids"], "tokens", start=1, end=2)
        table = self.vector("embeddings.position_embeddings.weight")
        positions = graph.node("Slice", [table, "zero", tokens, "zero"], "positions")
        x = graph.node("Add", [graph.node("Add", [words, types], "words/kinds"), positions], "embedded")
        return self.norm(x, "embeddings.LayerNorm")

    def norm(self, x, name):
        inputs = [x, self.vector(name + ".weight"), self.vector(name + ".bias")]
        return self.graph.node("LayerNormalization", inputs, name, axis=-1, epsilon=self.epsilon)

    def layer(self, x, at):
        graph = self.graph
        context = self.attention(x, at)
        y = self.linear(context, at + "attention.output.dense")
        x = self.norm(graph.node("Add", [y, x], at + "attention.sum"), at + "attention.output.LayerNorm")
        y = self.gelu(self.linear(x, at + "intermediate.dense"), at + "gelu")
        y = self.linear(y, at + "output.dense")
        return self.norm(graph.node("Add", [y, x], at + "sum"), at + "output.LayerNorm")

    def attention(self, x, at):
        graph = self.graph
        parts = {}
        for part, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
            y = self.linear(x, f"{at}attention.self.{part}")
            y = graph.node("Reshape", [y, "split"], at + part + "/heads")
            parts[part] = graph.node("Transpose", [y], at + part, perm=order)
        scores = graph.node("MatMul", [parts["query"], parts["key"]], at + "products")
        scores = graph.node("Div", [scores, "root"], at + "scaled")
        scores = graph.node("Add", [scores, "mask/added"], at + "scores")
        weights = graph.node("Softmax", [scores], at + "probabilities", axis=-1)
        y = graph.node("MatMul", [weights, parts["value"]], at + "mixed")
        y = graph.node("Transpose", [y], at + "context/heads", perm=[0, 2, 1, 3])
        return graph.node("Reshape", [y, "join"], at + "context")

    def gelu(self, x, at):
        graph = self.graph
        y = graph.node("Erf", [graph.node("Div", [x, "root2"], at + "/scaled")], at + "/erf")
        y = graph.node("Mul", [x, graph.node("Add", [y, "unit"], at + "/one")], at + "/product")
        return graph.node("Mul", [y, "half"], at)


class Fused(Bert):
    """ONNX Runtime's own operators, biases and residuals inside them."""

    def build(self):
        graph = self.graph
        for name in ("ids", "mask", "types"):
            graph.node("Cast", [name], name + "/i32", to=TensorProto.INT32)
        tables = [self.vector(f"embeddings.{kind}_embeddings.weight") for kind in ("word", "position", "token_type")]
        norm = [self.vector("embeddings.LayerNorm.weight"), self.vector("embeddings.LayerNorm.bias")]
        x = graph.node("EmbedLayerNormalization", ["ids/i32", "types/i32", *tables, *norm], "embedded",
                       FUSED, ["embedded/mask"], epsilon=self.epsilon)
        for i in range(self.layers):
            x = self.layer(x, f"encoder.layer.{i}.")
        return x

    def layer(self, x, at):
        context = self.attention(x, at)
        y = self.matmul(context, at + "attention.output.dense")
        x = self.skip_norm(y, x, at + "attention.output.dense", at + "attention.output.LayerNorm")
        y = self.matmul(x, at + "intermediate.dense")
        y = self.graph.node("BiasGelu", [y, self.vector(at + "intermediate.dense.bias")], at + "gelu", FUSED)
        y = self.matmul(y, at + "output.dense")
        return self.skip_norm(y, x, at + "output.dense", at + "output.LayerNorm")

    def attention(self, x, at):
        names = [f"{at}attention.self.{part}" for part in ("query", "key", "value")]
        weight = numpy.concatenate([self.tensors[name + ".weight"].T for name in names], axis=1)
        bias = numpy.concatenate([self.tensors[name + ".bias"] for name in names])
        inputs = [x, self.graph.constant(at + "qkv.weight", weight), self.graph.constant(at + "qkv.bias", bias),
                  "mask/i32"]
        return self.graph.node("Attention", inputs, at + "context", FUSED, num_heads=self.heads)

    def skip_norm(self, x, skip, bias, norm):
        inputs = [x, skip, self.vector(norm + ".weight"), self.vector(norm + ".bias"), self.vector(bias + ".bias")]
        return self.graph.node("SkipLayerNormalization", inputs, norm, FUSED, epsilon=self.epsilon)


def main(folder):
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    tensors = read_safetensors(os.path.join(folder, "model.safetensors"))
    for kind in (Plain, Fused):
        path = os.path.join(folder, kind.__name__.lower() + ".onnx")
        bert = kind(config, tensors)
        bert.graph.write(path, bert.build(), bert.hidden)
        print(path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make_model.py FOLDER")
    main(sys.argv[1])
