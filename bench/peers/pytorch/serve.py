"""A synthetic BERT in PyTorch, timed on command.
    python3 serve.py MODEL_FOLDER THREADS COPIES [--device cuda:N] [--dtype float32|bfloat16|float16] [--own]

Reads the folder's config.json and model.safetensors (f32) and answers each line on stdin with one line on stdout:
    ids BATCH TOKENS ID…   the input of the next commands  →  ok
    check                  runs it  →  the hidden states, f32 [BATCH, TOKENS, hidden], in base64
    modes                  the ways of running it that there may be
    prepare MODE           makes the input ready to be run so  →  ok SECONDS
    time PASSES ROWS [MODE] times passes over the whole input, ROWS sequences a run  →  median and minimum, ms a pass
What goes wrong is answered by a line that begins with error:. The copies take turns, so that a pass finds its weights
in memory, not in the cache.

On a CUDA device a pass is what a caller waits for: ids from the host, hidden states, their mean, length one, back to
the host in f32. Attention is scaled_dot_product_attention; the model is transformers' BertModel where that is
installed (--own: never), else torch's functions. Modes: eager; graph (the same, captured in a CUDA graph); compile
(torch.compile); compile-graph (the two together).
"""
import argparse
import base64
import json
import math
import struct
import sys
import time

import numpy
import torch
from torch.nn import functional as F

arguments = argparse.ArgumentParser()
arguments.add_argument("folder")
arguments.add_argument("threads", type=int)
arguments.add_argument("copies", type=int)
arguments.add_argument("--device", default="cpu")
arguments.add_argument("--dtype", default="float32")
arguments.add_argument("--own", action="store_true")
given = arguments.parse_args()
folder, copies, device, dtype = given.folder, given.copies, torch.device(given.device), getattr(torch, given.dtype)
on_gpu = device.type == "cuda"
torch.set_num_threads(given.threads)
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
        w = {name: values.to(device, dtype) for name, values in read(f"{folder}/model.safetensors").items()}
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
            y = attend(q, k, v, size).transpose(1, 2).reshape(batch, tokens, hidden)
            x = F.layer_norm(x + F.linear(y, wo, bo), (hidden,), g1, b1, epsilon)
            x = F.layer_norm(x + F.linear(F.gelu(F.linear(x, wu, bu)), wd, bd), (hidden,), g2, b2, epsilon)
        return x


# On the processor as PyTorch 1.13 has it, which is what its records were made with.
def attend(q, k, v, size):
    if on_gpu and hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v)
    return torch.matmul(torch.softmax(torch.matmul(q, k.transpose(2, 3)) / math.sqrt(size), dim=3), v)


def of_transformers():
    from transformers import BertConfig, BertModel
    sizes = {name: value for name, value in config.items() if name != "model_type"}
    made = BertModel(BertConfig(**sizes, attn_implementation="sdpa"), add_pooling_layer=False)
    missing, unknown = made.load_state_dict(read(f"{folder}/model.safetensors"), strict=False)
    missing = [name for name in missing if not name.endswith(("position_ids", "token_type_ids"))]
    if missing or unknown:
        raise RuntimeError(f"transformers' BertModel lacks {missing} and knows no {unknown}")
    made = made.to(device, dtype).eval()
    return lambda ids: made(input_ids=ids)[0]


def make():
    if on_gpu and not given.own:
        try:
            import transformers
            return of_transformers(), f", transformers {transformers.__version__}"
        except Exception as problem:
            return Bert(), f", torch's functions ({type(problem).__name__}: {str(problem)[:100]})".replace("\n", " ")
    return Bert(), ""


def pooled(model):
    return lambda ids: F.normalize(model(ids).mean(dim=1).float(), dim=1)


def graph_of(run, example):
    """A function of ids on the device that replays what run does."""
    static = example.clone()
    side = torch.cuda.Stream(device)
    side.wait_stream(torch.cuda.current_stream(device))
    with torch.cuda.stream(side):
        for _ in range(3):
            run(static)
    torch.cuda.current_stream(device).wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = run(static)

    def replay(batch):
        static.copy_(batch, non_blocking=True)
        graph.replay()
        return result
    return replay


# Ways of running a batch, made once for each input.
def prepare(mode):
    start = time.perf_counter()
    if mode not in ways:
        run = pooled(models[0])
        if mode.startswith("compile"):
            # Compiled once for an input, whatever comes around it.
            run = ways.get("compile") or torch.compile(run, dynamic=False)
        if mode.endswith("graph"):
            run = graph_of(run, ids.to(device))
        run(ids.to(device))
        torch.cuda.synchronize(device)
        ways[mode] = run
    return time.perf_counter() - start


def passes_of(mode, rows):
    global turn
    if not on_gpu:
        model = models[turn % copies]
        turn += 1
        for first in range(0, len(ids), rows):
            model(ids[first:first + rows])
        return
    run = ways[mode]
    for first in range(0, len(ids), rows):
        run(ids[first:first + rows].to(device, non_blocking=True)).cpu()


def answer_to(command, numbers):
    global ids
    if command == "ids":
        batch, tokens = int(numbers[0]), int(numbers[1])
        ids = torch.tensor([int(number) for number in numbers[2:]]).view(batch, tokens)
        ids = ids.pin_memory() if on_gpu else ids
        ways.clear()
        return "ok"
    if command == "check":
        states = models[0](ids.to(device)).float().cpu()
        return base64.b64encode(states.contiguous().numpy().tobytes()).decode()
    if command == "modes":
        return " ".join(["eager"] + (["graph"] if on_gpu else [])
                        + (["compile", "compile-graph"] if on_gpu and hasattr(torch, "compile") else []))
    if command == "prepare":
        return f"ok {prepare(numbers[0]) if on_gpu else 0:.1f}"
    if command == "time":
        passes, rows, mode = int(numbers[0]), int(numbers[1]), numbers[2] if len(numbers) > 2 else "eager"
        times = []
        for _ in range(passes):
            start = time.perf_counter()
            passes_of(mode, rows)
            times.append((time.perf_counter() - start) * 1e3)
        times.sort()
        return f"{times[len(times) // 2]} {times[0]}"
    return f"error: unknown command {command}"


first, library = make()
models = [first] + [make()[0] for _ in range(copies - 1)]
ids, turn, ways = None, 0, {}
print(f"pytorch {torch.__version__}{library}", flush=True)
with torch.inference_mode():
    for line in sys.stdin:
        try:
            answer = answer_to(*(lambda words: (words[0], words[1:]))(line.split()))
        except Exception as problem:
            answer = "error: " + " ".join(f"{type(problem).__name__}: {problem}".split())[:300]
        print(answer, flush=True)
