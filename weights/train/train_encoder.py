"""Trains the whole encoder, starting from the token vectors of `train_words.py`.

Every step draws one contrastive batch and one small batch of graded similarities. Each layer's output is trained at
256, 128 and 64 coordinates (two-dimensional Matryoshka: Li et al. 2024, Zhuang et al. 2024), so that layers and
coordinates can be left out afterwards. Sequences are short; the positions of some start anywhere up to 512, so that
late positions are learnt too. The saved weights are a running mean over the end of the run.
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
from wordpiece import CLS, SEP, SPECIAL, WordPiece

EARLIER_LAYER = 0.3         # weight of each layer before the last
EARLIER_SIZES = ((256, 1.0), (64, 0.6))
AVERAGE_FROM, AVERAGE_STEP = 0.6, 0.02


def losses(pooled, count, loss):
    """A loss over all layers; the first `count` rows are the first sides."""
    last = loss(pooled[-1][:count], pooled[-1][count:], SIZES)
    earlier = sum((loss(p[:count], p[count:], EARLIER_SIZES) for p in pooled[:-1]), last.new_zeros(()))
    return last, EARLIER_LAYER * earlier


class Noise:
    """Adds tokens to first sides, drawn as the corpus has them: the idle words that questions have and pairs lack."""

    def __init__(self, batches, tokens, most):
        self.random, self.most = batches.random, most
        counts = np.bincount(batches.passages["ids"], minlength=tokens).astype(float)
        counts[:len(SPECIAL)] = 0
        self.until = np.cumsum(counts / counts.sum())

    def added(self, rows):
        """Each row with up to `most` times its length more, before its [SEP]."""
        if not self.most:
            return rows
        counts = (self.random.random(len(rows)) * self.most * [len(r) - 2 for r in rows]).astype(int)
        drawn = np.searchsorted(self.until, self.random.random(counts.sum()))
        pieces = np.split(drawn, np.cumsum(counts)[:-1])
        return [np.concatenate([row[:-1], piece, row[-1:]]) for row, piece in zip(rows, pieces)]


class Training:
    """The state of a run: what a checkpoint holds."""

    def __init__(self, options):
        self.options, self.step, self.average = options, 0, None
        self.tokenizer = WordPiece.load(options.vocabulary)
        self.batches = Batches(options.work, options.seed, options.batch, options.limit)
        self.noise = Noise(self.batches, len(self.tokenizer.tokens), options.noise)
        train = Path(options.sts) / "stsb-en-train.csv"
        self.similar = Similarities(train, self.tokenizer, options.seed, options.similar, options.limit)
        shape = Shape(len(self.tokenizer.tokens), num_hidden_layers=options.layers, intermediate_size=options.inner)
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
        self.optimizer.zero_grad()
        first, second = self.batches.next()
        first = self.noise.added(first)
        same = repeated(first, second)
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
        first, second, gold = development
        count = len(first)
        ids = [np.array([CLS] + self.tokenizer.encode(t, 126) + [SEP]) for t in first + second]
        with torch.no_grad():
            texts = [p.numpy() for p in self.encoder.rows(ids)]
            pairs = [p.numpy() for p in self.encoder.rows(held_out[0] + held_out[1])]
        for number, (text, pair) in enumerate(zip(texts, pairs), 1):
            side = lambda which: text[:count] if which is first else text[count:]
            values[f"sts_dev_layer{number}"] = sts(side, development)
            values[f"sts_dev_layer{number}_64"] = sts(side, development, 64)
            half = len(held_out[0])
            values[f"held_out_layer{number}"] = recall_at_one(
                lambda rows: pair[:half] if rows is held_out[0] else pair[half:], held_out)
        log.write(step=self.step, **values)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--sts", required=True)
    parser.add_argument("--words", nargs="+", default=["words.pt"], help="token vectors to start from; averaged")
    parser.add_argument("--out", default="encoder.pt")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--inner", type=int, default=1024)
    parser.add_argument("--noise", type=float, default=0.0, help="most idle tokens a first side gets, as a share of it")
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
        if run.step % 25 == 0:
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
