"""Writes the model card and NOTICE from what was measured: no number in it is typed by hand."""

import argparse
import json
from pathlib import Path

import numpy as np

from notice import notice, read_manifest
from retrieval import B, K1, SETS
from safetensors_file import read
from taught import CONTENT, TEMPERATURE

WAYS = (("256", "256 coordinates"), ("128", "128"), ("64", "64"), ("sign", "sign codes, 256 bits"),
        ("sign-rescored", "sign codes, best 200 rescored¹"), ("token-mean", "plain mean of its token vectors"),
        ("bm25", "BM25"), ("fused", "256 fused with BM25"))

HEAD = """---
language: en
license: mit
pipeline_tag: sentence-similarity
library_name: sentence-transformers
tags: [sentence-similarity, feature-extraction, sentence-transformers]
---
# Sextant's small model

A small English sentence encoder: BERT, {layers} layers, hidden {hidden}, {vocabulary:,} uncased word pieces,
{parameters:.1f} M parameters stored as float16, mean pooling, unit vectors of 256 coordinates, at most 512 tokens. It
was taught by the recipe in `weights/train` to give the vectors of all-MiniLM-L6-v2, on open texts. It is a **small**
model, there so that a fresh clone gives vectors that mean something, and where a millisecond counts.

**Use it** to compare English sentences and short passages by cosine, to search a folder of text, to cluster. No prompt
is needed. Vectors may be cut to 128 or 64 coordinates, or to their signs; the tables say what that costs.

**Do not expect** its teacher: it was taught on {tokens:.0f} million tokens, it knows no language but English, and leans
on which words occur more than on how they are put together. Search with it and BM25 together, as `sextant search` does.
It carries whatever bias its sources and its teacher carry.
"""

EVALUATION = """
## Evaluation
Measured with the exported float16 weights widened to float32, whole texts up to 512 tokens. Spearman of cosine and gold
score; nDCG@10 (gain = grade, discount log2) and recall@100. BM25: k1 {k1}, b {b}, whole lower-cased words, no stemming,
no stop words. Fusion: reciprocal ranks, constant 60. "Plain mean" is the unweighted average of this model's own stored
token vectors. No text of these sets was taught, except sentences of STS-B's train split, without their scores and
without those that its dev and test splits have too. The measures of all sets were printed while earlier runs went on;
the first stage's second part, the faintness of the position waves and the weight of the first 128 coordinates were
settled after seeing some of them, so they are a little flattering.
"""


def table(head, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def read_lines(path):
    """(part, metric) → value, of what evaluate.py wrote."""
    parts = [line.split() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return {(part, metric): float(value) for part, metric, value in parts}


def evaluation(values, layers, engine):
    """The tables; `engine` is what `sextant eval --codes binary --rescore 200` printed of the four sets, or None."""
    fewer = [(f"layers-{n}", f"{n} of {layers} layers") for n in range(1, layers)]
    ways = list(WAYS[:3]) + fewer + list(WAYS[3:])
    show = lambda part, metric: f"{values[part, metric]:.4f}" if (part, metric) in values else ""
    similar = [[label, show("sts-dev", f"spearman-{way}"), show("sts-test", f"spearman-{way}")]
               for way, label in ways if ("sts-dev", f"spearman-{way}") in values]
    text = "\n### STS-B (Spearman)\n" + table(["", "dev", "test"], similar)
    for metric in ("ndcg@10", "recall@100"):
        rows = [[label] + [show(s, f"{metric}-{way}") for s in SETS + ("mean",)] for way, label in ways]
        text += f"\n### Retrieval, {metric}\n" + table(["", *SETS, "mean"], rows)
    text += ("\n¹ The candidates of the scan ordered by query · sign(document): no float vector of a document is "
             "kept. With float vectors,\n`sextant eval --codes binary --rescore 200 --retrieval DIR` ")
    if engine is None:
        return text + "does better.\n"
    lines = [line.split() for line in engine.read_text(encoding="utf-8").splitlines()]
    mean = {parts[1]: parts[2] for parts in lines if parts[0] == "mean"}
    return text + f"gives a mean nDCG@10 of {mean['ndcg@10']} and a mean recall@100 of {mean['recall@100']}.\n"


TRAINING = """
## Training
1. `texts.py`: sides of pairs, crops of passages and single words, and the teacher's vocabulary less what no English
text needs. 2. `sextant embed --model minilm --precision int8`: the teacher's vectors of them, turned to their principal
axes and cut to {content} coordinates (`taught.py`). 3. `distil_words.py`: a vector for each token and a worth for each
place in a text, such that the weighted sum points where the teacher does (cosine at {content}, 128 and 64 coordinates);
then also who is near whom in a batch (divergence from the teacher's softmax over the batch, temperature
{temperature}). 4. `distil_layers.py`: the same losses for the whole encoder, whose layers begin by handing the token
vectors on; `positions.py` says how weights and worths take BERT's form, for which two of the 256 coordinates are zero.

What was tried and what each stage gave is in `weights/train/EXPERIMENTS.md`.
"""


def sources(corpus):
    """The sources and what was left out."""
    rows = read_manifest(corpus)
    text = ("\n## Data and licences\n"
            "Passages and natural pairs of these sources (`NOTICE` has repository, commit and licence of each): "
            + ", ".join(r["source"] for r in rows) + "; and the train split of STS-B. Every text sharing eight words "
            "in a row with an evaluation set had been removed.\n\nLeft out because their licence is not confirmed: "
            "osbooks-*, coco-captions, classic-books. OpenTriviaQA, wiki-split and sgd-dialogues are share-alike "
            "texts. The teacher's own sources and their terms: `weights/minilm/NOTICE`.\n")
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--engine", type=Path, help="what sextant eval --codes binary --rescore 200 printed")
    options = parser.parse_args()
    model, work = Path(options.model), Path(options.work)
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    parameters = sum(t.size for t in read(model / "model.safetensors").values())
    with np.load(work / "ids.npz") as data:
        tokens = len(data["ids"])
    text = HEAD.format(layers=config["num_hidden_layers"], hidden=config["hidden_size"],
                       vocabulary=config["vocab_size"], parameters=parameters / 1e6, tokens=tokens / 1e6)
    text += EVALUATION.format(k1=K1, b=B)
    text += evaluation(read_lines(work / "evaluation.txt"), config["num_hidden_layers"], options.engine)
    text += TRAINING.format(content=CONTENT, temperature=TEMPERATURE) + sources(options.corpus)
    (model / "README.md").write_text(text, encoding="utf-8", newline="\n")
    (model / "NOTICE").write_text(notice(options.corpus), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
