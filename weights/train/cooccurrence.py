"""Starts the token vectors from the corpus' own statistics: positive pointwise mutual information, then its leading
eigenvectors (Levy & Goldberg 2014), which is what word2vec approximates at a hundredth of the cost.

The last two of the 256 coordinates are the *counterweight*: +c and -c. BERT normalises every token vector to the same
length, so a plain mean would count "the" as much as "aeroelastic". Length moved into the counterweight is length the
other 254 coordinates do not have, and the last normalisation of a layer damps the counterweight away. The start gives
each token the weight a / (a + p) of its frequency p (Arora et al. 2017); training moves it from there.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from wordpiece import CLS, MASK, PAD, SEP

HIDDEN = 256
COUNTERWEIGHT = 2
WINDOW = 8
SMOOTHING = 0.75
FREQUENCY = 2e-3
# Share of the tokens of a source that are counted: reference manuals repeat themselves.
SHARE = {"cpp-docs": 0.3, "powershell-docs": 0.4, "python-peps": 0.6, "digitalgov": 0.8}


def count(work, size, seed):
    """How often two tokens stand within WINDOW of each other in one passage (nearer counts more), and each alone."""
    data = np.load(Path(work) / "passages.npz")
    ids, starts = data["ids"].astype(np.int64), data["starts"]
    keep = np.array([SHARE.get(str(n), 1.0) for n in data["names"]])[data["source"]]
    kept = np.random.default_rng(seed).random(len(keep)) < keep
    lengths = np.diff(starts)
    passage = np.repeat(np.arange(len(lengths)), lengths)
    chosen = np.repeat(kept, lengths)
    ids, passage = ids[chosen], passage[chosen]
    together = np.zeros(size * size, dtype=np.float32)
    for distance in range(1, WINDOW + 1):
        same = passage[distance:] == passage[:-distance]
        cells = ids[:-distance][same] * size + ids[distance:][same]
        together += np.bincount(cells, minlength=size * size).astype(np.float32) * (1.0 / distance ** 0.5)
    together = together.reshape(size, size)
    together += together.T.copy()
    return together, np.bincount(ids, minlength=size).astype(np.float64)


def pointwise_information(together):
    """max(0, log p(a, b) / (p(a) p(b)^smoothing)), in place, made symmetric."""
    total = together.sum(1, dtype=np.float64)
    context = total ** SMOOTHING
    context /= context.sum()
    row = np.where(total > 0, total, 1.0)
    for begin in range(0, len(together), 1000):
        block = together[begin:begin + 1000]
        with np.errstate(divide="ignore"):
            np.log(block / row[begin:begin + 1000, None].astype(np.float32), out=block)
        block -= np.log(np.maximum(context, 1e-12)).astype(np.float32)
        np.maximum(block, 0.0, out=block)
    together += together.T.copy()
    return together


def leading(matrix, width, seed, rounds=6):
    """The `width` eigenvectors of largest absolute eigenvalue, each times the root of it (subspace iteration)."""
    generator = torch.Generator().manual_seed(seed)
    square = torch.from_numpy(matrix)
    basis = torch.linalg.qr(torch.randn(len(matrix), width + 32, generator=generator))[0]
    for _ in range(rounds):
        basis = torch.linalg.qr(square @ basis)[0]
    values, vectors = torch.linalg.eigh(basis.T @ (square @ basis))
    order = values.abs().argsort(descending=True)[:width]
    return (basis @ vectors[:, order]) * values[order].abs().sqrt()


def token_vectors(vectors, frequency):
    """Puts unit vectors of token weight w beside a counterweight of sqrt(1 - w²)."""
    vectors = vectors - vectors.mean(0)
    vectors = vectors / vectors.norm(dim=1, keepdim=True).clamp_min(1e-6)
    share = torch.from_numpy(frequency / frequency.sum()).float()
    weight = (FREQUENCY / (FREQUENCY + share)).clamp(0.05, 0.95)
    weight[[PAD, CLS, SEP, MASK]] = 0.05
    rest = ((1 - weight ** 2) / COUNTERWEIGHT).sqrt()
    return torch.cat([vectors * weight[:, None], rest[:, None], -rest[:, None]], dim=1) * HIDDEN ** 0.5


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    with open(options.vocabulary, encoding="utf-8") as lines:
        size = sum(1 for _ in lines)
    together, frequency = count(options.work, size, options.seed)
    print(f"counted {frequency.sum():.0f} tokens, {np.count_nonzero(together)} cells", flush=True)
    vectors = leading(pointwise_information(together), HIDDEN - COUNTERWEIGHT, options.seed)
    unseen = vectors.norm(dim=1) < 1e-6
    vectors[unseen] = torch.randn(int(unseen.sum()), vectors.shape[1]) * 0.1
    torch.save(token_vectors(vectors, frequency), Path(options.work) / "start.pt")
    print(f"vectors {tuple(vectors.shape)}, without neighbours {int(unseen.sum())}")


if __name__ == "__main__":
    main()
