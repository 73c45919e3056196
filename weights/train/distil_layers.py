"""Second stage: the whole encoder, which begins as the token vectors of the first and learns what they miss.

The same losses against the teacher's vectors, for the last layer in full and for the earlier ones in part. The saved
weights are a running mean over the end of the run.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from model import Encoder, Shape
from positions import COUNTERWEIGHT
from taught import CONTENT, NEAR, Taught, direction, neighbours

BATCH = 512
NEIGHBOURS = 0.3
EARLIER_LAYER, EARLIER_SIZES = 0.3, ((CONTENT, 1.0), (64, 0.4))
AVERAGE_FROM, AVERAGE_STEP = 0.6, 0.03
SAVE_EVERY = 300    # seconds


def report(encoder, taught):
    """Direction and neighbours of texts that were never trained on."""
    chosen = taught.held[:1024]
    with torch.no_grad():
        vectors = encoder.rows([taught.row(i) for i in chosen])[-1]
    targets = taught.vectors[chosen]
    near = " ".join(f"{neighbours(vectors, targets, ((size, 1.0),)):.4f}" for size, _ in NEAR)
    print(f"held-out texts: cosine {1 - direction(vectors, targets, ((CONTENT, 1.0),)):.4f} neighbours {near}",
          flush=True)


def save(encoder, path):
    torch.save({"state": encoder.state_dict(), "shape": encoder.config()}, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True)
    parser.add_argument("--words", default="words.pt")
    parser.add_argument("--out", default="encoder.pt")
    parser.add_argument("--minutes", type=float, default=21, help="the rate falls with time")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--table-rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    work = Path(options.work)
    taught, words = Taught(work), torch.load(work / options.words)
    encoder = Encoder(Shape(vocab_size=len(words["table"]))).start(words["table"], words["places"])
    tables = [encoder.embeddings[name].weight for name in ("word_embeddings", "position_embeddings")]
    layers = [p for p in encoder.parameters() if all(p is not t for t in tables)]
    optimizer = torch.optim.Adam([{"params": tables, "lr": options.table_rate},
                                  {"params": layers, "lr": options.rate}], betas=(0.9, 0.99))
    peaks = [group["lr"] for group in optimizer.param_groups]
    last = encoder.encoder["layer"][-1].output["LayerNorm"]
    begin = saved = time.time()
    average = None
    for step, batch in enumerate(taught.batches(BATCH, np.random.default_rng(3))):
        done = (time.time() - begin) / 60 / options.minutes
        if done >= 1:
            break
        for group, peak in zip(optimizer.param_groups, peaks):
            group["lr"] = peak * (min(1, (step + 1) / 30) * (1 - done) * 0.97 + 0.03)
        pooled, targets = encoder.rows([taught.row(i) for i in batch], 16384), taught.vectors[batch]
        loss = direction(pooled[-1], targets) + NEIGHBOURS * neighbours(pooled[-1], targets)
        loss = loss + EARLIER_LAYER * sum(direction(p, targets, EARLIER_SIZES) for p in pooled[:-1])
        optimizer.zero_grad()
        loss.backward()
        last.weight.grad[-COUNTERWEIGHT:] = 0
        last.bias.grad[-COUNTERWEIGHT:] = 0
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step} loss {loss.item():.4f} seconds {time.time() - begin:.0f}", flush=True)
        if done > AVERAGE_FROM:
            state = {name: value.clone() for name, value in encoder.state_dict().items()}
            average = state if average is None else {
                name: value.lerp(state[name], AVERAGE_STEP) for name, value in average.items()}
        if time.time() - saved > SAVE_EVERY:
            report(encoder, taught)
            save(encoder, work / options.out)
            saved = time.time()
    encoder.load_state_dict(average or encoder.state_dict())
    report(encoder, taught)
    save(encoder, work / options.out)


if __name__ == "__main__":
    main()
