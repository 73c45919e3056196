"""Draws training batches: natural pairs, each batch from one source and kind, and crops of passages.

A batch from one source makes its other rows near negatives; a mixed one would be told apart by style alone.
"""

from pathlib import Path

import numpy as np

from sources import read_sts
from wordpiece import CLS, SEP

# How clean a kind of pair is. A group is drawn in proportion to cleanliness times the root of its size.
CLEANLINESS = {
    "paraphrase": 2.5, "summary-abstract": 2.5, "title-abstract": 2.5, "question-answer": 1.2, "term-definition": 1.0,
    "title-description": 1.0, "description-body": 1.0, "heading-paragraph": 0.7, "title-paragraph": 0.7,
    "objective-paragraph": 0.7, "synonym": 0.6, "caption-alt": 1.0, "definition-example": 0.4,
    "utterance-response": 0.3,
    "same-intent": 0.0,   # many rows of a batch share an intent, so its negatives are wrong
}
CROPS = 0.40              # share of batches cut from passages
NEIGHBOURS = 0.10         # share of batches that pair a passage with the next one
SHORTEST_CROP, LONGEST_CROP = 5, 24
KEPT = 0.5                # how often the crop stays in the passage: shared words matter, but not alone


def wrap(ids, limit):
    """[CLS] ids [SEP]."""
    return np.concatenate([[CLS], ids[:limit - 2], [SEP]]).astype(np.int64)


class Batches:
    """An endless, seeded stream of (first, second) lists of id arrays."""

    def __init__(self, work, seed, size, limit):
        self.random = np.random.default_rng(seed)
        self.size, self.limit = size, limit
        pairs = np.load(Path(work) / "pairs.npz")
        self.pairs = {key: pairs[key] for key in pairs.files}
        passages = np.load(Path(work) / "passages.npz")
        self.passages = {key: passages[key] for key in passages.files}
        names = [str(n) for n in self.pairs["names"]]
        training = ~self.pairs["held"]
        self.groups = [np.flatnonzero((self.pairs["group"] == i) & training) for i in range(len(names))]
        shares = np.array([CLEANLINESS[n.split("/")[1]] * len(g) ** 0.5 for n, g in zip(names, self.groups)])
        self.shares = shares / shares.sum()
        document = self.passages["document"]
        self.followed = np.flatnonzero(document[1:] == document[:-1])
        self.by_source = [np.flatnonzero(self.passages["source"] == i) for i in range(len(self.passages["names"]))]
        weight = np.array([len(s) for s in self.by_source]) ** 0.5
        self.source_shares = weight / weight.sum()

    def pair(self, index):
        p = self.pairs
        return (p["a_ids"][p["a_starts"][index]:p["a_starts"][index + 1]],
                p["b_ids"][p["b_starts"][index]:p["b_starts"][index + 1]])

    def passage(self, index):
        p = self.passages
        return p["ids"][p["starts"][index]:p["starts"][index + 1]]

    def next(self):
        """One batch, and what it was drawn from."""
        kind = self.random.random()
        if kind < CROPS:
            return self._crops()
        if kind < CROPS + NEIGHBOURS:
            return self._neighbours()
        group = self.random.choice(len(self.groups), p=self.shares)
        members = self.groups[group]
        chosen = self.random.choice(members, min(self.size, len(members)), replace=False)
        rows = [self.pair(i) for i in chosen]
        return self._wrapped([a for a, _ in rows], [b for _, b in rows])

    def held_out(self, count):
        """Pairs no batch ever contains, of kinds that look like retrieval."""
        names = [str(n) for n in self.pairs["names"]]
        wanted = [i for i, n in enumerate(names) if n.split("/")[1] not in ("synonym", "same-intent", "paraphrase")]
        rows = np.flatnonzero(self.pairs["held"] & np.isin(self.pairs["group"], wanted))
        rows = np.random.default_rng(0).permutation(rows)[:count]
        pairs = [self.pair(i) for i in rows]
        return self._wrapped([a for a, _ in pairs], [b for _, b in pairs])

    def _crops(self):
        members = np.arange(len(self.passages["document"]))
        if self.random.random() < 0.7:
            members = self.by_source[self.random.choice(len(self.by_source), p=self.source_shares)]
        first, second = [], []
        for index in self.random.choice(members, min(self.size, len(members)), replace=False):
            ids = self._window(self.passage(index))
            length = min(int(self.random.integers(SHORTEST_CROP, LONGEST_CROP + 1)), len(ids) // 2)
            start = int(self.random.integers(0, len(ids) - length + 1))
            first.append(ids[start:start + length])
            kept = self.random.random() < KEPT
            second.append(ids if kept else np.concatenate([ids[:start], ids[start + length:]]))
        return self._wrapped(first, second)

    def _window(self, ids):
        """A piece of a passage that `limit` does not cut, so that a crop comes from what is left of it."""
        spare = len(ids) - (self.limit - 2)
        if spare <= 0:
            return ids
        start = int(self.random.integers(0, spare + 1))
        return ids[start:start + self.limit - 2]

    def _neighbours(self):
        chosen = self.random.choice(self.followed, self.size, replace=False)
        return self._wrapped([self.passage(i) for i in chosen], [self.passage(i + 1) for i in chosen])

    def _wrapped(self, first, second):
        return [wrap(a, self.limit) for a in first], [wrap(b, self.limit) for b in second]


class Similarities:
    """Batches of STS-B's training split."""

    def __init__(self, path, tokenizer, seed, size, limit):
        self.random = np.random.default_rng(seed)
        first, second, scores = read_sts(path)
        self.first = [wrap(tokenizer.encode(t), limit) for t in first]
        self.second = [wrap(tokenizer.encode(t), limit) for t in second]
        self.scores, self.size = np.array(scores, dtype=np.float32), size
        self.order, self.place = self.random.permutation(len(scores)), 0

    def next(self):
        if self.place + self.size > len(self.order):
            self.order, self.place = self.random.permutation(len(self.order)), 0
        chosen = self.order[self.place:self.place + self.size]
        self.place += self.size
        return [self.first[i] for i in chosen], [self.second[i] for i in chosen], self.scores[chosen]
