"""The two losses, each over several sizes of one vector (Matryoshka, Kusupati et al. 2022)."""

import torch
import torch.nn.functional as functional

SCALE = 20.0
SIZES = ((256, 1.0), (128, 0.6), (64, 0.6))
SIGN_SCALE = 8.0


def repeated(rows):
    """Which pairs of rows of a batch are the same text: they must not be each other's negatives."""
    keys = {}
    numbers = torch.tensor([keys.setdefault(r.tobytes(), len(keys)) for r in rows])
    return (numbers[:, None] == numbers[None, :]).fill_diagonal_(False)


def contrast(first, second, same, sizes=SIZES):
    """In-batch InfoNCE, both ways; `same` [B, B] is left out of the negatives."""
    target = torch.arange(len(first))
    total = first.new_zeros(())
    for size, weight in sizes:
        a = functional.normalize(first[:, :size], dim=1)
        b = functional.normalize(second[:, :size], dim=1)
        scores = (SCALE * (a @ b.T)).masked_fill(same, -1e4)
        loss = functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)
        total = total + 0.5 * weight * loss
    return total / sum(w for _, w in sizes)


def order(first, second, gold, sizes=SIZES):
    """CoSENT: a pair with the higher gold score must have the higher cosine."""
    total = first.new_zeros(())
    lower = gold[:, None] < gold[None, :]
    for size, weight in sizes:
        cosine = SCALE * functional.cosine_similarity(first[:, :size], second[:, :size])
        excess = (cosine[:, None] - cosine[None, :])[lower]
        total = total + weight * torch.logsumexp(torch.cat([excess.new_zeros(1), excess]), 0)
    return total / sum(w for _, w in sizes)
