"""A synthetic BERT in PyTorch, timed on command.   python3 serve.py MODEL_FOLDER THREADS COPIES

Reads the folder's config.json and model.safetensors (f32) and answers each line on stdin with one line on stdout:
    ids BATCH TOKENS ID…   the input of the next commands  →  ok
    check                  runs it  →  the hidden states, f32 [BATCH, TOKENS, hidden], in base64
    time PASSES ROWS       times passes over the whole input, ROWS sequences a run  →  median and minimum, ms a pass
The copies take turns, so that a pass finds its weights in memory, not in the cache.
"""
import base64
import json
import math
import struct
import sys
import time

import numpy
import torch
from torch.nn import functional as F

folder, threads, copies = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
config = json.load(open(f"{folder}/config.json"))


def read(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
        body = file.read()
    tensors = {}
    for name, info in header.items():
        if name != "__metadata__":
            first, end = info["data_offsets"]
            values = numpy.frombuffer(body[first:end], dtype="<f4").reshape(info["shape"])
            tensors[name] = torch.from_numpy(values.copy())
    return tensors


class Bert:
    def __init__(self):
        w = read(f"{folder}/model.safetensors")
        self.w = w
        self.layers = []
        for i in range(config["num_hidden_layers"]):
            at = f"encoder.layer.{i}."
            qkv = [f"{at}attention.self.{part}." for part in ("query", "key", "value")]
            self.layers.append((
                torch.cat([w[p + "weight"] for p in qkv]), torch.cat([w[p + "bias"] for p in qkv]),
                w[at + "attention.output.dense.weight"], w[at + "attention.output.dense.bias"],
                w[at + "attention.output.LayerNorm.weight"], w[at + "attention.output.LayerNorm.bias"],
                w[at + "intermediate.dense.weight"], w[at + "intermediate.dense.bias"],
                w[at + "output.dense.weight"], w[at + "output.dense.bias"],
                w[at + "output.LayerNorm.weight"], w[at + "output.LayerNorm.bias"]))

    def __call__(self, ids):
        batch, tokens = ids.shape
        hidden, heads, epsilon = config["hidden_size"], config["num_attention_heads"], config["layer_norm_eps"]
        size = hidden // heads
        x = F.embedding(ids, self.w["embeddings.word_embeddings.weight"])
        x = x + self.w["embeddings.token_type_embeddings.weight"][0] + self.w["embeddings.position_embeddings.weight"][:tokens]
        x = F.layer_norm(x, (hidden,), self.w["embeddings.LayerNorm.weight"], self.w["embeddings.LayerNorm.bias"], epsilon)
        for wqkv, bqkv, wo, bo, g1, b1, wu, bu, wd, bd, g2, b2 in self.layers:
            q, k, v = F.linear(x, wqkv, bqkv).view(batch, tokens, 3, heads, size).permute(2, 0, 3, 1, 4)
            scores = torch.matmul(q, k.transpose(2, 3)) / math.sqrt(size)
            y = torch.matmul(torch.softmax(scores, dim=3), v).transpose(1, 2).reshape(batch, tokens, hidden)
            x = F.layer_norm(x + F.linear(y, wo, bo), (hidden,), g1, b1, epsilon)
            x = F.layer_norm(x + F.linear(F.gelu(F.linear(x, wu, bu)), wd, bd), (hidden,), g2, b2, epsilon)
        return x


models = [Bert() for _ in range(copies)]
ids, turn = None, 0
print(f"pytorch {torch.__version__}", flush=True)
with torch.inference_mode():
    for line in sys.stdin:
        command, *numbers = line.split()
        if command == "ids":
            batch, tokens = int(numbers[0]), int(numbers[1])
            ids = torch.tensor([int(number) for number in numbers[2:]]).view(batch, tokens)
            answer = "ok"
        elif command == "check":
            answer = base64.b64encode(models[0](ids).contiguous().numpy().tobytes()).decode()
        elif command == "time":
            passes, rows = int(numbers[0]), int(numbers[1])
            times = []
            for _ in range(passes):
                model = models[turn % copies]
                turn += 1
                start = time.perf_counter()
                for first in range(0, len(ids), rows):
                    model(ids[first:first + rows])
                times.append((time.perf_counter() - start) * 1e3)
            times.sort()
            answer = f"{times[len(times) // 2]} {times[0]}"
        else:
            answer = f"error: unknown command {command}"
        print(answer, flush=True)
