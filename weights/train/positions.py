"""The position vectors: order as sines, and what a token's place is worth as length in the counterweight.

A plain mean counts the last word of a long text as much as the first, though titles and first sentences say what the
rest is about. Length that a position adds to the counterweight is taken from the token's share (`cooccurrence.py`), so
a token far from the start weighs less. Short texts keep equal weights: the curve is flat at the start.
"""

import torch

from cooccurrence import COUNTERWEIGHT

HALF = 48       # the place that has lost half of what can be lost
REST = 0.2      # what the last places keep
LARGEST = 0.97  # the token weight for which the curve is exact; lighter tokens fade a little more
SIZE = 0.1      # of the sines, beside token vectors whose coordinates are about 1


def worth(count):
    """What a token counts at each place [count], 1 at the start."""
    return REST + (1 - REST) / (1 + (torch.arange(count, dtype=torch.float64) / HALF) ** 2)


def fading(shape):
    """Length for one counterweight coordinate [positions], such that a heavy token fades as said."""
    own = ((1 - LARGEST ** 2) / COUNTERWEIGHT) ** 0.5
    share = ((worth(shape.max_position_embeddings) ** -2 - LARGEST ** 2) / COUNTERWEIGHT).sqrt()
    return ((share - own) * shape.hidden_size ** 0.5).float()


def waves(shape):
    """Sines and cosines of the position (Vaswani et al. 2017), less their mean; none in the counterweight."""
    half = shape.hidden_size // 2
    speed = 10000 ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = torch.arange(shape.max_position_embeddings, dtype=torch.float64)[:, None] * speed
    table = torch.stack([angle.sin(), angle.cos()], dim=2).reshape(-1, shape.hidden_size)
    table -= table.mean(0)
    table[:, -COUNTERWEIGHT:] = 0
    return table.float()


def position_vectors(shape):
    """[positions, hidden]."""
    table = waves(shape) * SIZE
    table[:, -2] += fading(shape)
    table[:, -1] -= fading(shape)
    return table
