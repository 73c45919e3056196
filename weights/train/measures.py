"""Similarity and retrieval measures of a set of vectors, at several sizes and as sign codes."""

import numpy as np


def unit(vectors, size=None):
    """The first `size` coordinates, at length one."""
    cut = vectors if size is None else vectors[:, :size]
    return cut / np.maximum(np.linalg.norm(cut, axis=1, keepdims=True), 1e-12)


def ranks(values):
    """Ranks from 1, ties averaged."""
    values = np.asarray(values)
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse]


def spearman(a, b):
    """Spearman's rank correlation."""
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def sts(encode, rows, size=None):
    """Spearman of cosine and gold score."""
    first, second, gold = rows
    a, b = unit(encode(first), size), unit(encode(second), size)
    return spearman((a * b).sum(1), gold)


def sign_scores(queries, documents, rescored=None):
    """Minus the Hamming distance of sign codes; the nearest `rescored` are ordered by query · sign(document)."""
    q, d = np.where(queries >= 0, 1.0, -1.0), np.where(documents >= 0, 1.0, -1.0)
    codes = q.astype(np.float32) @ d.T.astype(np.float32)
    if rescored is None:
        return codes
    fine = unit(queries).astype(np.float32) @ d.T.astype(np.float32) / np.sqrt(documents.shape[1])
    result = codes - 1e6
    best = np.argsort(-codes, axis=1, kind="stable")[:, :rescored]
    np.put_along_axis(result, best, np.take_along_axis(fine, best, axis=1), axis=1)
    return result
