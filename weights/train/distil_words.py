"""First stage: token vectors and the worth of each place, such that their weighted sum points where the teacher does.

A text is a bag of tokens here, so millions of them take minutes. First the direction alone, then also who is near
whom in a batch.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional

from positions import PLACES
from taught import CONTENT, Taught, direction, neighbours
from wordpiece import WordPiece

FREQUENT = 1e-3         # a word begins with the weight a / (a + p) of its frequency p (Arora et al. 2017)
STAGES = (              # passes over the texts, batch, rate, weight of the neighbours' divergence
    (5.0, 4096, 4e-3, 0.0),
    (1.5, 2048, 2e-3, 0.3),
)
GROUP = 1024            # texts among which neighbours are compared


def start(taught, work, random):
    """Small random vectors; whole words begin as the teacher's vectors of them."""
    tokenizer = WordPiece.load(work / "vocab.txt")
    frequency = np.bincount(taught.ids, minlength=len(tokenizer.tokens)) / len(taught.ids)
    table = random.normal(size=(len(tokenizer.tokens), CONTENT)).astype(np.float32) * 0.005
    with open(work / "texts.jsonl", encoding="utf-8") as lines:
        words = [tokenizer.ids[json.loads(line)["text"]] for line in list(lines)[-taught.words:]]
    weight = (FREQUENT / (FREQUENT + frequency[words])).astype(np.float32)
    table[words] = taught.vectors[-taught.words:].numpy() * weight[:, None]
    return torch.from_numpy(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True)
    parser.add_argument("--out", default="words.pt")
    options = parser.parse_args()
    torch.set_num_threads(1)
    work = Path(options.work)
    taught, random = Taught(work), np.random.default_rng(1)
    table = torch.nn.Parameter(start(taught, work, random))
    places = torch.nn.Parameter(torch.zeros(PLACES))    # logarithms

    def encode(indices):
        rows = [taught.row(i) for i in indices]
        place = torch.from_numpy(np.concatenate([np.arange(len(r)) for r in rows]))
        starts = torch.from_numpy(np.concatenate([[0], np.cumsum([len(r) for r in rows])[:-1]]))
        return functional.embedding_bag(torch.from_numpy(np.concatenate(rows)), table, starts, mode="sum",
                                        per_sample_weights=places[place].exp())

    for passes, size, rate, near in STAGES:
        steps = int(passes * len(taught.train) / size)
        optimizer = torch.optim.Adam([{"params": [table], "lr": rate}, {"params": [places], "lr": 0.01}],
                                     betas=(0.9, 0.99))
        peaks = [group["lr"] for group in optimizer.param_groups]
        for step, batch in zip(range(steps), taught.batches(size, random)):
            share = min(1, (step + 1) / 50) * (0.5 + 0.5 * np.cos(np.pi * step / steps)) + 0.01
            for group, peak in zip(optimizer.param_groups, peaks):
                group["lr"] = peak * share
            vectors, targets = encode(batch), taught.vectors[batch]
            loss = direction(vectors, targets)
            if near:
                loss = loss + near * sum(neighbours(vectors[i:i + GROUP], targets[i:i + GROUP])
                                         for i in range(0, size, GROUP))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % 50 == 0:
                print(f"step {step} of {steps} loss {loss.item():.4f}", flush=True)
        with torch.no_grad():
            cosine = 1 - direction(encode(taught.held), taught.vectors[taught.held], ((CONTENT, 1.0),))
        print(f"held-out texts: cosine to the teacher {cosine:.4f}", flush=True)
    torch.save({"table": table.data, "places": places.data.exp()}, work / options.out)


if __name__ == "__main__":
    main()
