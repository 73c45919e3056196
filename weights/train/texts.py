"""Chooses the texts that the teacher embeds, and turns them into token ids of the student's vocabulary.

Writes to the working folder: `texts.jsonl` (what `sextant embed` reads), `vocab.txt` and `ids.npz`. The vocabulary is
the teacher's without what no English text needs; its whole words come last, each as a text of its own, so that a rare
word is learnt too.
"""

import argparse
import json
import random
from collections import defaultdict
from pathlib import Path

import numpy as np

from sources import read_rows, read_sts
from wordpiece import SPECIAL, UNK, WordPiece, split_words

SEED = 17
LONGEST = 254                           # the teacher's limit of 256, without [CLS] and [SEP]
SIDES = {"a": (400, 14000), "b": (700, 6000)}   # of a pair: characters kept, texts of a source
WORDNET = 60000
PASSAGES = 4000                         # of a source, unless said here
PASSAGES_OF = {
    "scitldr": 4000, "philschatz-physics-book": 12000, "philschatz-biology-book": 7200, "MedQuAD": 6000,
    "cpp-docs": 7000, "python-peps": 9000, "english-wordnet": 0, "digitalgov": 8000, "18f": 5000, "wiki-split": 9000,
    "clinc-oos": 3000, "open-bibles": 1500, "sgd-dialogues": 2500,
}
CROPS = (120, 250, 450, 800, 1100)      # characters of a passage
RUN = 8
SEEN = 3                                # a token beyond ASCII stays where the texts have it this often


class Evaluated:
    """The texts of STS-B's dev and test splits. Its train split has some of them, and others nearly as they are."""

    def __init__(self, sts):
        self.whole, self.runs = set(), set()
        for split in ("dev", "test"):
            for side in read_sts(Path(sts) / f"stsb-en-{split}.csv")[:2]:
                for words in map(self.words, side):
                    self.whole.add(tuple(words))
                    self.runs.update(self.runs_of(words))

    def __contains__(self, text):
        """Whether a text of three words or more is one of them, or shares eight words in a row with one."""
        words = self.words(text)
        return len(words) >= 3 and (tuple(words) in self.whole or not self.runs.isdisjoint(self.runs_of(words)))

    @staticmethod
    def words(text):
        return [word for word in split_words(text) if word.isalnum()]

    @staticmethod
    def runs_of(words):
        return {tuple(words[i:i + RUN]) for i in range(len(words) - RUN + 1)}


def crop(text, longest):
    """At most so many characters, cut between words."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    cut = text.rfind(" ", 0, longest)
    return text[:cut if cut > 0 else longest]


def choose(corpus, sts):
    """Sides of pairs, crops of passages, and the sentences of STS-B's train split, each once, in random order."""
    source, sides, passages = random.Random(SEED), defaultdict(list), defaultdict(list)
    for row in read_rows(corpus, "pairs"):
        for side, (longest, _) in SIDES.items():
            sides[row["source"], side].append(crop(row[side], longest))
    for row in read_rows(corpus, "passages"):
        if len(row["text"]) >= 40:
            titled = source.random() < 0.5 and row.get("title")
            passages[row["source"]].append(f"{row['title']}. {row['text']}" if titled else row["text"])
    texts = []
    for (name, side), rows in sides.items():
        rows = list(dict.fromkeys(r for r in rows if r))
        source.shuffle(rows)
        texts += rows[:WORDNET if name == "english-wordnet" else SIDES[side][1]]
    for name, rows in passages.items():
        source.shuffle(rows)
        texts += [crop(r, source.choice(CROPS)) for r in rows[:PASSAGES_OF.get(name, PASSAGES)]]
    first, second, _ = read_sts(Path(sts) / "stsb-en-train.csv")
    evaluated = Evaluated(sts)
    texts = [text for text in dict.fromkeys(texts + first + second) if text not in evaluated]
    source.shuffle(texts)
    return texts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--sts", required=True)
    parser.add_argument("--vocabulary", required=True, help="the teacher's vocab.txt")
    parser.add_argument("--work", required=True)
    options = parser.parse_args()
    work = Path(options.work)
    teacher = WordPiece.load(options.vocabulary)
    words = [t for t in teacher.tokens if t.isascii() and t.isalnum() and len(t) > 1]
    texts = choose(options.corpus, options.sts) + words
    with open(work / "texts.jsonl", "w", encoding="utf-8", newline="\n") as lines:
        for text in texts:
            lines.write(json.dumps({"text": text}) + "\n")
    rows = [np.array(teacher.encode(text, LONGEST), dtype=np.int64) for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(r) for r in rows])])
    ids = np.concatenate(rows)
    seen = np.bincount(ids, minlength=len(teacher.tokens))
    kept = SPECIAL + [t for i, t in enumerate(teacher.tokens) if t not in SPECIAL and not t.startswith("[unused")
                      and (t.isascii() or seen[i] >= SEEN)]
    (work / "vocab.txt").write_text("\n".join(kept) + "\n", encoding="utf-8", newline="\n")
    number = {token: i for i, token in enumerate(kept)}
    moved = np.array([number.get(token, UNK) for token in teacher.tokens])
    np.savez(work / "ids.npz", ids=moved[ids].astype(np.int32), starts=starts, words=len(words))
    print(f"{len(texts)} texts, {len(ids)} tokens; {len(words)} of the texts are words; {len(kept)} word pieces")


if __name__ == "__main__":
    main()
