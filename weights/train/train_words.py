"""Trains the token vectors alone: a text is the mean of its layer-normalised token vectors.

This costs almost nothing per text, so it sees every pair several times in large batches; the encoder then starts from
it.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional

from batches import Batches, Similarities
from cooccurrence import COUNTERWEIGHT, HIDDEN
from losses import contrast, order, repeated
from measures import sts, unit
from run import Log, rate, wait_while
from sources import read_sts
from wordpiece import WordPiece

DAMPING = 1 / 16    # what the last normalisation leaves of the counterweight


def damped(table):
    """What a token contributes to the mean."""
    scale = torch.ones(HIDDEN)
    scale[-COUNTERWEIGHT:] = DAMPING
    return functional.layer_norm(table, (HIDDEN,), eps=1e-12) * scale


def mean(table, rows):
    """rows → [rows, HIDDEN]."""
    lengths = torch.tensor([len(r) for r in rows])
    starts = torch.cumsum(lengths, 0) - lengths
    return functional.embedding_bag(torch.from_numpy(np.concatenate(rows)), table, starts, mode="mean")


def recall_at_one(encode, pairs):
    """How often the nearest of the held-out second sides is the right one."""
    a, b = unit(encode(pairs[0])), unit(encode(pairs[1]))
    return float(((a @ b.T).argmax(1) == np.arange(len(a))).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--sts", required=True)
    parser.add_argument("--out", default="words.pt")
    parser.add_argument("--steps", type=int, default=5500)
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--rate", type=float, default=0.04)
    parser.add_argument("--similarity", type=float, default=0.1, help="weight of the STS-B loss")
    parser.add_argument("--similarity-from", type=float, default=0.5, help="share of the steps before it starts")
    parser.add_argument("--limit", type=int, default=128)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hold", default="", help="training waits while this file exists")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    work = Path(options.work)
    tokenizer = WordPiece.load(options.vocabulary)
    batches = Batches(work, options.seed, options.batch, options.limit)
    similar = Similarities(Path(options.sts) / "stsb-en-train.csv", tokenizer, options.seed, 256, options.limit)
    development = read_sts(Path(options.sts) / "stsb-en-dev.csv")
    held_out = batches.held_out(1500)
    table = torch.nn.Parameter(torch.load(work / "start.pt"))
    average = None
    optimizer = torch.optim.Adam([table], lr=options.rate, betas=(0.9, 0.99), eps=1e-9)
    log = Log(work / (Path(options.out).stem + ".log"), fresh=True)

    def report(step, vectors, loss):
        with torch.no_grad():
            ready = damped(vectors)
            texts = lambda rows: mean(ready, [np.array([2] + tokenizer.encode(t) + [3]) for t in rows]).numpy()
            log.write(step=step, loss=loss, sts_dev=sts(texts, development), sts_dev_64=sts(texts, development, 64),
                      held_out=recall_at_one(lambda rows: mean(ready, rows).numpy(), held_out))

    report(0, table, 0.0)
    recent = []
    for step in range(options.steps):
        wait_while(options.hold)
        for group in optimizer.param_groups:
            group["lr"] = rate(step, options.steps, options.rate)
        first, second = batches.next()
        ready = damped(table)
        both = mean(ready, first + second)
        loss = contrast(both[:len(first)], both[len(first):], repeated(first, second))
        recent.append(float(loss))
        if step >= options.steps * options.similarity_from and options.similarity > 0:
            a, b, gold = similar.next()
            both = mean(ready, a + b)
            loss = loss + options.similarity * order(both[:len(a)], both[len(a):], torch.from_numpy(gold))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step >= options.steps * 0.8:
            with torch.no_grad():
                average = table.clone() if average is None else average.lerp_(table, 0.01)
        if (step + 1) % 250 == 0:
            report(step + 1, table, float(np.mean(recent)))
            recent = []
    report(options.steps, average, 0.0)
    torch.save(average, work / options.out)


if __name__ == "__main__":
    main()
