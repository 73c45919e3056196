"""Retrieval sets, BM25 over whole words, and the two measures: nDCG@10 and recall@100."""

import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from wordpiece import split_words

SETS = ("cranfield", "cisi", "npl", "cacm")
K1, B = 0.9, 0.4


class RetrievalSet:
    """`corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`; only queries with at least one relevant document count."""

    def __init__(self, folder):
        folder = Path(folder)
        documents = [json.loads(line) for line in open(folder / "corpus.jsonl", encoding="utf-8")]
        self.document_ids = [d["_id"] for d in documents]
        self.documents = [(d.get("title", "") + " " + d["text"]).strip() for d in documents]
        self.relevance = defaultdict(dict)
        with open(folder / "qrels" / "test.tsv", encoding="utf-8") as lines:
            next(lines)
            for line in lines:
                query, document, score = line.split("\t")
                if int(score) > 0:
                    self.relevance[query][document] = int(score)
        queries = [json.loads(line) for line in open(folder / "queries.jsonl", encoding="utf-8")]
        queries = [q for q in queries if q["_id"] in self.relevance]
        self.query_ids = [q["_id"] for q in queries]
        self.queries = [q["text"] for q in queries]

    def measure(self, scores):
        """scores [queries, documents] → mean nDCG@10 (gain = grade, discount log2) and mean recall@100."""
        gains, recalls = [], []
        discount = 1 / np.log2(np.arange(2, 12))
        for query, row in zip(self.query_ids, scores):
            wanted = self.relevance[query]
            best = np.argsort(-row, kind="stable")[:100]
            found = [wanted.get(self.document_ids[i], 0) for i in best]
            ideal = np.array(sorted(wanted.values(), reverse=True)[:10], dtype=float)
            reached = (np.array(found[:10]) * discount[:len(found[:10])]).sum()
            gains.append(reached / (ideal * discount[:len(ideal)]).sum())
            recalls.append(sum(f > 0 for f in found) / len(wanted))
        return float(np.mean(gains)), float(np.mean(recalls))


def bm25(documents, queries):
    """Scores [queries, documents]; whole lower-cased words and punctuation dropped, no stemming, no stop words."""
    texts = [[w for w in split_words(d) if w.isalnum()] for d in documents]
    lengths = np.array([len(t) for t in texts], dtype=np.float64)
    norm = K1 * (1 - B + B * lengths / lengths.mean())
    postings = defaultdict(list)
    for index, words in enumerate(texts):
        for word, n in Counter(words).items():
            postings[word].append((index, n))
    scores = np.zeros((len(queries), len(documents)))
    for row, query in enumerate(queries):
        for word in split_words(query):
            if word in postings:
                where, times = np.array(postings[word], dtype=np.float64).T
                where = where.astype(int)
                idf = np.log(1 + (len(documents) - len(where) + 0.5) / (len(where) + 0.5))
                scores[row, where] += idf * times * (1 + K1) / (times + norm[where])
    return scores


def fuse(first, second, constant=60):
    """Reciprocal rank fusion (Cormack et al. 2009) of two score matrices."""
    total = np.zeros_like(first, dtype=np.float64)
    for scores in (first, second):
        order = np.argsort(-scores, axis=1, kind="stable")
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.arange(scores.shape[1])[None, :].repeat(len(scores), 0), axis=1)
        total += 1 / (constant + 1 + ranks)
    return total
