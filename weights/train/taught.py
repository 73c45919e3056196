"""The texts, the teacher's vectors of them, and how the student's are compared with those."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional

from wordpiece import CLS, SEP

CONTENT = 254           # coordinates that carry meaning; the last two of 256 are the counterweight
HELD_OUT = 100          # one text in so many is never trained on
TEMPERATURE = 0.05
EXACT = ((CONTENT, 1.0), (128, 0.4), (64, 0.2))
NEAR = ((CONTENT, 1.0), (128, 1.5), (64, 0.4))


class Taught:
    """Rows of ids and the teacher's unit vectors, turned to their principal axes: the first coordinates say most."""

    def __init__(self, work):
        work = Path(work)
        with np.load(work / "ids.npz") as data:
            self.ids, self.starts, self.words = data["ids"], data["starts"], int(data["words"])
        vectors = np.load(work / "vectors.npy")
        some = vectors[:-self.words:3]
        values, axes = np.linalg.eigh(some.T @ some / len(some))
        vectors = vectors @ axes[:, np.argsort(-values)[:CONTENT]].astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self.vectors = torch.from_numpy(vectors)
        texts = len(vectors) - self.words
        held = np.zeros(len(vectors), dtype=bool)
        held[:texts:HELD_OUT] = True
        self.held = np.flatnonzero(held)
        self.train = np.flatnonzero(~held & (np.diff(self.starts) > 0))

    def row(self, index):
        return np.concatenate([[CLS], self.ids[self.starts[index]:self.starts[index + 1]], [SEP]]).astype(np.int64)

    def batches(self, size, random):
        """Endless random batches of indices; every text once before any comes again."""
        left = np.empty(0, dtype=np.int64)
        while True:
            if len(left) < size:
                left = random.permutation(self.train)
            yield left[:size]
            left = left[size:]


def direction(vectors, targets, sizes=EXACT):
    """One less the cosine of a vector and the teacher's, over the first coordinates."""
    unit = lambda x, size: functional.normalize(x[:, :size], dim=1)
    return sum(weight * (1 - (unit(vectors, size) * unit(targets, size)).sum(1).mean()) for size, weight in sizes)


def neighbours(vectors, targets, sizes=NEAR):
    """Divergence of who is near whom in the batch, from the teacher's vectors to the student's first coordinates."""
    alone = torch.eye(len(vectors), dtype=torch.bool)
    right = (targets @ targets.T / TEMPERATURE).masked_fill(alone, -1e4).softmax(1)
    total = vectors.new_zeros(())
    for size, weight in sizes:
        unit = functional.normalize(vectors[:, :size], dim=1)
        found = (unit @ unit.T / TEMPERATURE).masked_fill(alone, -1e4).log_softmax(1)
        total = total + weight * (right * (right.clamp_min(1e-12).log() - found)).sum(1).mean()
    return total
