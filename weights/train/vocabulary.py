"""Learns an uncased WordPiece vocabulary from the corpus.

Pairs of neighbouring pieces are joined, the most frequent first, until there are a quarter more pieces than wanted.
Then the words are cut the way the tokenizer will cut them (longest match first), and the pieces used least are dropped:
joining leaves many steps behind that the tokenizer never takes.
"""

import argparse
import heapq
from collections import Counter, defaultdict
from pathlib import Path

from sources import WORD_WEIGHT, read_rows, read_sts
from wordpiece import SPECIAL, WordPiece, split_words

ASCII_PUNCTUATION = [chr(c) for c in range(33, 127) if not chr(c).isalnum()]
ALPHANUMERIC = [chr(c) for c in range(128) if chr(c).isalnum() and chr(c) == chr(c).lower()]
FEWEST_CHARACTER_USES = 50
FEWEST_WORD_USES = 3


def count_words(corpus, sts_train):
    """Counts words over passages and the short sides of pairs, weighted by source."""
    counts = Counter()

    def add(source, text):
        weight = WORD_WEIGHT.get(source, 1.0)
        for word in split_words(text):
            counts[word] += weight

    for row in read_rows(corpus, "passages"):
        add(row["source"], row["text"])
    for row in read_rows(corpus, "pairs"):
        add(row["source"], row["a"])
    first, second, _ = read_sts(sts_train)
    for text in first + second:
        add("sts-train", text)
    return counts


def learn(counts, size):
    """Returns `size` tokens: specials, single characters, then pieces by use."""
    characters = Counter()
    for word, count in counts.items():
        for place, character in enumerate(word):
            characters[character if place == 0 else "##" + character] += count
    base = set(ASCII_PUNCTUATION + ALPHANUMERIC + ["##" + c for c in ALPHANUMERIC])
    base |= {c for c, n in characters.items() if n >= FEWEST_CHARACTER_USES}
    words = [(w, n) for w, n in counts.items() if n >= FEWEST_WORD_USES and 1 < len(w) <= 30]
    words = [(w, n) for w, n in words if all((c if i == 0 else "##" + c) in base for i, c in enumerate(w))]
    pieces = join(words, base, size + size // 4)
    cutter = WordPiece(SPECIAL + sorted(base | pieces))
    used = Counter()
    for word, count in words:
        for piece in cutter.cut(word):
            used[cutter.tokens[piece]] += count
    room = size - len(SPECIAL) - len(base)
    kept = sorted((p for p in pieces if p not in base), key=lambda p: (-used[p], p))[:room]
    return SPECIAL + sorted(base) + kept


def join(words, base, size):
    """Joins the most frequent pair of neighbours until base and joined pieces together reach `size`."""
    cuts = [[c if i == 0 else "##" + c for i, c in enumerate(w)] for w, _ in words]
    pair_counts, where = Counter(), defaultdict(set)
    for index, cut in enumerate(cuts):
        for pair in zip(cut, cut[1:]):
            pair_counts[pair] += words[index][1]
            where[pair].add(index)
    heap = [(-n, pair) for pair, n in pair_counts.items()]
    heapq.heapify(heap)
    joined = set()
    while heap and len(base) + len(joined) < size:
        negative, pair = heapq.heappop(heap)
        if -negative != pair_counts[pair]:
            if pair_counts[pair] > 0:
                heapq.heappush(heap, (-pair_counts[pair], pair))
            continue
        piece = pair[0] + pair[1][2:]
        joined.add(piece)
        touched = set()
        for index in where.pop(pair):
            count, cut = words[index][1], cuts[index]
            for old in zip(cut, cut[1:]):
                pair_counts[old] -= count
            place, new = 0, []
            while place < len(cut):
                if place + 1 < len(cut) and (cut[place], cut[place + 1]) == pair:
                    new.append(piece)
                    place += 2
                else:
                    new.append(cut[place])
                    place += 1
            cuts[index] = new
            for fresh in zip(new, new[1:]):
                pair_counts[fresh] += count
                where[fresh].add(index)
                touched.add(fresh)
        for fresh in touched:
            heapq.heappush(heap, (-pair_counts[fresh], fresh))
    return joined


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--sts", required=True, help="folder with stsb-en-train.csv")
    parser.add_argument("--size", type=int, default=12000)
    parser.add_argument("--out", required=True, help="vocab.txt to write")
    options = parser.parse_args()
    counts = count_words(options.corpus, Path(options.sts) / "stsb-en-train.csv")
    tokens = learn(counts, options.size)
    cutter = WordPiece(tokens)
    total = sum(counts.values())
    pieces = sum(n * len(cutter.cut(w)) for w, n in counts.items())
    unknown = sum(n for w, n in counts.items() if cutter.cut(w) == [1])
    with open(options.out, "w", encoding="utf-8", newline="\n") as out:
        out.write("\n".join(tokens) + "\n")
    print(f"words {len(counts)} tokens {len(tokens)} pieces/word {pieces / total:.4f} unknown {unknown / total:.6f}")


if __name__ == "__main__":
    main()
