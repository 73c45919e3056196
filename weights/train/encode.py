"""Turns the corpus into token ids once: `pairs.npz` and `passages.npz` in the working folder."""

import argparse
import zlib
from collections import Counter
from pathlib import Path

import numpy as np

from sources import read_rows
from wordpiece import WordPiece

SIDE_LIMIT = 160        # pieces kept of each side of a pair
PASSAGE_LIMIT = 256     # pieces kept of a passage
SHORTEST_PASSAGE = 12
SMALLEST_GROUP = 1000   # smaller (source, kind) groups are batched together
HELD_OUT = 100          # one pair in this many is never trained on


class Ragged:
    """Rows of ids, one after another in one array."""

    def __init__(self):
        self.ids, self.lengths = [], []

    def add(self, row):
        self.ids.append(np.asarray(row, dtype=np.uint16))
        self.lengths.append(len(row))

    def arrays(self):
        starts = np.concatenate([[0], np.cumsum(self.lengths)]).astype(np.int64)
        return np.concatenate(self.ids), starts


def encode_pairs(corpus, tokenizer, with_unconfirmed):
    """Both sides, the group of each pair, and which pairs are held out (by a hash of the text, so it never moves)."""
    first, second, groups, held = Ragged(), Ragged(), [], []
    for row in read_rows(corpus, "pairs", with_unconfirmed):
        a, b = tokenizer.encode(row["a"], SIDE_LIMIT), tokenizer.encode(row["b"], SIDE_LIMIT)
        if not a or not b or a == b:
            continue
        first.add(a)
        second.add(b)
        groups.append(f"{row['source']}/{row['kind']}")
        held.append(zlib.crc32(row["b"].encode()) % HELD_OUT == 0)
    sizes = Counter(groups)
    groups = [g if sizes[g] >= SMALLEST_GROUP else "small/" + g.split("/")[1] for g in groups]
    names = sorted(set(groups))
    index = {name: i for i, name in enumerate(names)}
    a_ids, a_starts = first.arrays()
    b_ids, b_starts = second.arrays()
    return dict(a_ids=a_ids, a_starts=a_starts, b_ids=b_ids, b_starts=b_starts, held=np.array(held),
                group=np.array([index[g] for g in groups], dtype=np.int16), names=np.array(names))


def encode_passages(corpus, tokenizer, with_unconfirmed):
    """Ids and the document and source of every passage long enough to be cut."""
    rows, document, source, names, last = Ragged(), [], [], {}, None
    for row in read_rows(corpus, "passages", with_unconfirmed):
        ids = tokenizer.encode(row["text"], PASSAGE_LIMIT)
        if len(ids) < SHORTEST_PASSAGE:
            continue
        if (row["source"], row["doc"]) != last:
            last = (row["source"], row["doc"])
            number = document[-1] + 1 if document else 0
        rows.add(ids)
        document.append(number)
        source.append(names.setdefault(row["source"], len(names)))
    ids, starts = rows.arrays()
    return dict(ids=ids, starts=starts, document=np.array(document, dtype=np.int32),
                source=np.array(source, dtype=np.int16), names=np.array(list(names)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--with-unconfirmed", action="store_true")
    options = parser.parse_args()
    tokenizer = WordPiece.load(options.vocabulary)
    pairs = encode_pairs(options.corpus, tokenizer, options.with_unconfirmed)
    np.savez(Path(options.work) / "pairs.npz", **pairs)
    passages = encode_passages(options.corpus, tokenizer, options.with_unconfirmed)
    np.savez(Path(options.work) / "passages.npz", **passages)
    for index, name in enumerate(pairs["names"]):
        print(f"{name} {int((pairs['group'] == index).sum())}")
    print(f"pairs {len(pairs['group'])} held out {int(pairs['held'].sum())} "
          f"tokens {len(pairs['a_ids']) + len(pairs['b_ids'])}; "
          f"passages {len(passages['document'])} tokens {len(passages['ids'])}")


if __name__ == "__main__":
    main()
