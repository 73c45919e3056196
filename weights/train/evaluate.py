"""Measures an exported folder: STS-B and four retrieval sets, beside BM25 and the mean of its own token vectors.

Prints `part metric value` a line. Sizes cut the vector; layers leave the last ones out; sign is one bit a coordinate.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from export import load_folder
from measures import sign_scores, sts, unit
from retrieval import SETS, RetrievalSet, bm25, fuse
from sources import read_sts
from wordpiece import CLS, SEP, WordPiece

LONGEST = 512
RESCORED = 200


class Model:
    """Encodes texts with an exported folder, in float32, after every layer."""

    def __init__(self, folder):
        self.encoder = load_folder(folder)
        self.tokenizer = WordPiece.load(Path(folder) / "vocab.txt")

    def rows(self, texts):
        return [np.array([CLS] + self.tokenizer.encode(t, LONGEST - 2) + [SEP]) for t in texts]

    def layers(self, texts):
        """A list of [texts, hidden], one per layer."""
        with torch.no_grad():
            return [p.numpy() for p in self.encoder.rows(self.rows(texts), 8192)]

    def words(self, texts):
        """The plain mean of the stored token vectors, without any weighting."""
        table = self.encoder.embeddings["word_embeddings"].weight.detach().numpy()
        return np.stack([table[r[1:-1]].mean(0) if len(r) > 2 else table[r].mean(0) for r in self.rows(texts)])


def measure_sts(model, folder, report):
    for split in ("dev", "test"):
        first, second, gold = read_sts(Path(folder) / f"stsb-en-{split}.csv")
        count = len(first)
        layers, words = model.layers(first + second), model.words(first + second)
        cut = lambda vectors: (lambda texts: vectors[:count] if texts is first else vectors[count:])
        for size in (256, 128, 64):
            report(f"sts-{split}", f"spearman-{size}", sts(cut(layers[-1]), (first, second, gold), size))
        for number, vectors in enumerate(layers[:-1], 1):
            report(f"sts-{split}", f"spearman-layers-{number}", sts(cut(vectors), (first, second, gold)))
        signs = np.where(layers[-1] >= 0, 1.0, -1.0)
        report(f"sts-{split}", "spearman-sign", sts(cut(signs), (first, second, gold)))
        report(f"sts-{split}", "spearman-token-mean", sts(cut(words), (first, second, gold)))


def retrieval_scores(model, data):
    """name → scores [queries, documents]."""
    queries, documents = model.layers(data.queries), model.layers(data.documents)
    q, d = queries[-1], documents[-1]
    scores = {str(size): unit(q, size) @ unit(d, size).T for size in (256, 128, 64)}
    for number, (a, b) in enumerate(zip(queries[:-1], documents[:-1]), 1):
        scores[f"layers-{number}"] = unit(a) @ unit(b).T
    scores["sign"] = sign_scores(q, d)
    scores["sign-rescored"] = sign_scores(q, d, RESCORED)
    scores["token-mean"] = unit(model.words(data.queries)) @ unit(model.words(data.documents)).T
    scores["bm25"] = bm25(data.documents, data.queries)
    scores["fused"] = fuse(scores["256"], scores["bm25"])
    return scores


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True, help="folder with sts/ and retrieval/")
    parser.add_argument("--out", help="file to write the lines to as well")
    options = parser.parse_args()
    torch.set_num_threads(1)
    lines, means = [], {}

    def report(part, metric, value):
        lines.append(f"{part} {metric} {value:.4f}")
        print(lines[-1], flush=True)

    model = Model(options.model)
    measure_sts(model, Path(options.data) / "sts", report)
    for name in SETS:
        data = RetrievalSet(Path(options.data) / "retrieval" / name)
        for way, scores in retrieval_scores(model, data).items():
            gain, recall = data.measure(scores)
            report(name, f"ndcg@10-{way}", gain)
            report(name, f"recall@100-{way}", recall)
            means.setdefault(way, []).append((gain, recall))
    for way, values in means.items():
        gain, recall = np.mean(values, axis=0)
        report("mean", f"ndcg@10-{way}", gain)
        report("mean", f"recall@100-{way}", recall)
    if options.out:
        Path(options.out).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
