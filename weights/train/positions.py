"""The position vectors: order as faint sines, and what a token's place is worth as length in the counterweight.

The last two of the 256 coordinates are the *counterweight*: +c and -c. BERT normalises every token vector to the same
length, so a plain mean would count "the" as much as "aeroelastic", and the last word of a long text as much as its
title. Length moved into the counterweight is length the other 254 coordinates do not have, and the last normalisation
of a layer damps the counterweight away. So the weight of a token and the worth of a place, which the first stage learns
as plain numbers, become vectors of BERT's form.
"""

import torch

COUNTERWEIGHT = 2
PLACES = 512
LEARNT = 254    # the teacher reads no further; later places are worth what the last ones before are
SMOOTHED = 9    # places that a worth is averaged over
LEAST = 0.05
LARGEST = 0.97  # the largest token weight, for which the worth of a place is exact; lighter tokens fade a little more
WAVES = 0.015   # of the sines, beside token vectors whose coordinates are about 1


def smooth(worth):
    """What a token counts at each place [PLACES], at most 1."""
    worth = worth.double().clone()
    worth[LEARNT:] = worth[LEARNT - 24:LEARNT].mean()
    side = SMOOTHED // 2
    padded = torch.cat([worth[:1].repeat(side), worth, worth[-1:].repeat(side)])
    even = padded.unfold(0, SMOOTHED, 1).mean(1)
    even[:3] = worth[:3]
    return (even / even.max()).clamp_min(LEAST)


def fading(worth, hidden):
    """Length for one counterweight coordinate [PLACES], such that a heavy token fades as `worth` says."""
    own = ((1 - LARGEST ** 2) / COUNTERWEIGHT) ** 0.5
    share = ((worth ** -2 - LARGEST ** 2) / COUNTERWEIGHT).sqrt()
    return ((share - own) * hidden ** 0.5).float()


def waves(hidden):
    """Sines and cosines of the position (Vaswani et al. 2017), less their mean; none in the counterweight."""
    half = hidden // 2
    speed = 10000 ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = torch.arange(PLACES, dtype=torch.float64)[:, None] * speed
    table = torch.stack([angle.sin(), angle.cos()], dim=2).reshape(-1, hidden)
    table -= table.mean(0)
    table[:, -COUNTERWEIGHT:] = 0
    return table.float()


def position_vectors(worth, hidden):
    """[PLACES, hidden]."""
    table = waves(hidden) * WAVES
    fade = fading(smooth(worth), hidden)
    table[:, -2] += fade
    table[:, -1] -= fade
    return table


def token_vectors(table):
    """Vectors [V, 254] whose length is the token's weight → [V, 256], every row at BERT's length."""
    size = table.shape[1] + COUNTERWEIGHT
    content = table - table.mean(1, keepdim=True)
    length = content.norm(dim=1, keepdim=True)
    weight = length / length.max() * LARGEST
    rest = ((1 - weight ** 2) / COUNTERWEIGHT).sqrt()
    return torch.cat([content / length * weight, rest, -rest], 1) * size ** 0.5
