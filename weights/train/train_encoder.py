"""Trains the whole encoder, starting from the token vectors of `train_words.py`.

Every step draws one contrastive batch and one small batch of graded similarities. Each layer's output is trained at
256, 128 and 64 coordinates (two-dimensional Matryoshka: Li et al. 2024, Zhuang et al. 2024), so that layers and
coordinates can be left out afterwards. Sequences are short, and their positions start anywhere up to 512, so that the
position vectors carry order and never length. The saved weights are a running mean over the end of the run.
"""

import argparse
import os
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional

from batches import Batches, Similarities
from losses import SIZES, contrast, order, repeated
from measures import sts
from model import Encoder, Shape
from run import Log, rate, wait_while
from sources import read_sts
from train_words import recall_at_one
from wordpiece import WordPiece

EARLIER_LAYER = 0.3         # weight of each layer before the last
EARLIER_SIZES = ((256, 1.0), (64, 0.6))
AVERAGE_FROM, AVERAGE_STEP = 0.6, 0.02


def losses(pooled, count, loss):
    """A loss over all layers; the first `count` rows are the first sides."""
    last = loss(pooled[-1][:count], pooled[-1][count:], SIZES)
    earlier = sum((loss(p[:count], p[count:], EARLIER_SIZES) for p in pooled[:-1]), last.new_zeros(()))
    return last, EARLIER_LAYER * earlier


class Training:
    """The state of a run: what a checkpoint holds."""

    def __init__(self, options):
        self.options, self.step, self.average = options, 0, None
        self.tokenizer = WordPiece.load(options.vocabulary)
        self.batches = Batches(options.work, options.seed, options.batch, options.limit)
        train = Path(options.sts) / "stsb-en-train.csv"
        self.similar = Similarities(train, self.tokenizer, options.seed, options.similar, options.limit)
        shape = Shape(len(self.tokenizer.tokens), num_hidden_layers=options.layers)
        # Runs from one start can be averaged: each is put at BERT's length first, so that none counts more.
        tables = [functional.layer_norm(torch.load(Path(options.work) / name), (shape.hidden_size,))
                  for name in options.words]
        self.encoder = Encoder(shape).start(torch.stack(tables).mean(0))
        vectors = [p for n, p in self.encoder.named_parameters() if n.startswith("embeddings.")]
        others = [p for n, p in self.encoder.named_parameters() if not n.startswith("embeddings.")]
        self.optimizer = torch.optim.Adam([{"params": vectors, "peak": options.vector_rate},
                                           {"params": others, "peak": options.rate}], betas=(0.9, 0.98), eps=1e-9)

    def save(self, path):
        state = {"step": self.step, "state": self.encoder.state_dict(), "optimizer": self.optimizer.state_dict(),
                 "average": self.average, "torch": torch.get_rng_state(),
                 "batches": self.batches.random.bit_generator.state,
                 "similar": (self.similar.random.bit_generator.state, self.similar.order, self.similar.place)}
        torch.save(state, f"{path}.part")
        os.replace(f"{path}.part", path)

    def resume(self, path):
        state = torch.load(path)
        self.step, self.average = state["step"], state["average"]
        self.encoder.load_state_dict(state["state"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["torch"])
        self.batches.random.bit_generator.state = state["batches"]
        self.similar.random.bit_generator.state, self.similar.order, self.similar.place = state["similar"]

    def train_step(self):
        """One update; returns the contrastive and the similarity loss of the last layer, and the tokens read."""
        options = self.options
        for group in self.optimizer.param_groups:
            group["lr"] = rate(self.step, options.steps, group["peak"])
        self.encoder.rounded = True
        self.optimizer.zero_grad()
        first, second = self.batches.next()
        same = repeated(first) | repeated(second)
        pooled = self.encoder.rows(first + second, random=self.batches.random)
        last, earlier = losses(pooled, len(first), lambda a, b, sizes: contrast(a, b, same, sizes))
        (last + earlier).backward()
        a, b, gold = self.similar.next()
        pooled = self.encoder.rows(a + b, random=self.batches.random)
        gold = torch.from_numpy(gold)
        close, near = losses(pooled, len(a), lambda a, b, sizes: order(a, b, gold, sizes))
        (options.similarity * (close + near)).backward()
        torch.nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        if self.step >= options.steps * AVERAGE_FROM:
            self._mean()
        return float(last), float(close), sum(map(len, first + second + a + b))

    def _mean(self):
        state = {n: v.clone() for n, v in self.encoder.state_dict().items()}
        if self.average is None:
            self.average = state
        else:
            for name, value in self.average.items():
                value.lerp_(state[name], AVERAGE_STEP)

    def report(self, log, held_out, development, **values):
        self.encoder.rounded = False
        with torch.no_grad():
            for layer in range(self.encoder.shape.num_hidden_layers):
                encode = lambda rows: self.encoder.rows(rows)[layer].numpy()
                texts = lambda rows: encode([np.array([2] + self.tokenizer.encode(t)[:126] + [3]) for t in rows])
                values[f"sts_dev_layer{layer + 1}"] = sts(texts, development)
                values[f"sts_dev_layer{layer + 1}_64"] = sts(texts, development, 64)
                values[f"held_out_layer{layer + 1}"] = recall_at_one(encode, held_out)
        log.write(step=self.step, **values)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--sts", required=True)
    parser.add_argument("--words", nargs="+", default=["words.pt"], help="token vectors to start from; averaged")
    parser.add_argument("--out", default="encoder.pt")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--stop", type=int, default=0, help="stop early, at this step, with a checkpoint")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--similar", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--vector-rate", type=float, default=1e-3)
    parser.add_argument("--similarity", type=float, default=0.1)
    parser.add_argument("--limit", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--hold", default="", help="training waits while this file exists")
    return parser.parse_args()


def main():
    options = arguments()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    run, work = Training(options), Path(options.work)
    checkpoint = work / (Path(options.out).stem + ".checkpoint")
    if checkpoint.exists():
        run.resume(checkpoint)
    log = Log(work / (Path(options.out).stem + ".log"), fresh=run.step == 0)
    held_out, development = run.batches.held_out(500), read_sts(Path(options.sts) / "stsb-en-dev.csv")
    run.report(log, held_out, development)
    recent = []
    while run.step < (options.stop or options.steps):
        wait_while(options.hold)
        recent.append(run.train_step())
        if run.step % 50 == 0:
            contrastive, similarity, tokens = np.array(recent).mean(0)
            log.write(step=run.step, contrastive=contrastive, similarity=similarity, tokens_a_step=tokens)
            recent = []
        if run.step % 100 == 0:
            run.report(log, held_out, development)
            run.save(checkpoint)
    run.encoder.load_state_dict(run.average or run.encoder.state_dict())
    run.report(log, held_out, development, averaged=True)
    torch.save({"state": run.encoder.state_dict(), "shape": run.encoder.config()}, work / options.out)


if __name__ == "__main__":
    main()
