"""The two losses, each over several sizes of one vector (Matryoshka, Kusupati et al. 2022)."""

import torch
import torch.nn.functional as functional

SCALE = 20.0
SIZES = ((256, 1.0), (128, 0.6), (64, 0.6))


def repeated(first, second):
    """Index pairs [2, n] of a batch whose first or second sides are the same text: no negatives of each other."""
    found = []
    for rows in (first, second):
        places = {}
        for place, row in enumerate(rows):
            places.setdefault(row.tobytes(), []).append(place)
        found += [(a, b) for group in places.values() if len(group) > 1 for a in group for b in group if a != b]
    return torch.tensor(found, dtype=torch.long).reshape(-1, 2).T


class InfoNCE(torch.autograd.Function):
    """Cross-entropy of the softmax over rows and over columns of scale · a bᵀ [B, B], the diagonal being right.

    Written out because the matrix is exponentiated once for both directions and the gradient needs no other pass:
    d/ds = e^s / row sum + e^s / column sum - 2 on the diagonal. The vectors have length one, so e^(s - scale) is safe.
    """

    @staticmethod
    def forward(context, a, b, same, scale):
        scores = (scale * a) @ b.T
        right = scores.diagonal().clone()
        powers = scores.sub_(scale).exp_()
        powers[same[0], same[1]] = 0
        rows, columns = powers.sum(1), powers.sum(0)
        context.save_for_backward(a, b, powers, rows, columns)
        context.scale = scale
        return 0.5 * (rows.log() + columns.log() + 2 * scale - 2 * right).mean()

    @staticmethod
    def backward(context, gradient):
        a, b, powers, rows, columns = context.saved_tensors
        slope = powers * (1 / rows)[:, None]
        slope.addcmul_(powers, (1 / columns)[None, :])
        slope.diagonal().sub_(2)
        slope *= gradient * (0.5 * context.scale / len(a))
        return slope @ b, slope.T @ a, None, None


def contrast(first, second, same, sizes=SIZES, scale=SCALE):
    """In-batch InfoNCE, both ways; the pairs `same` [2, n] are left out of the negatives."""
    total = first.new_zeros(())
    for size, weight in sizes:
        a = functional.normalize(first[:, :size], dim=1)
        b = functional.normalize(second[:, :size], dim=1)
        total = total + weight * InfoNCE.apply(a, b, same, scale)
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
