"""Writes the model card and NOTICE from what was measured: no number in it is typed by hand."""

import argparse
import json
import platform
from pathlib import Path

import numpy as np
import torch

from notice import notice, read_manifest
from retrieval import B, K1, SETS
from safetensors_file import read

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
# Sextant's default model

A small English sentence encoder: BERT, {layers} layers, hidden {hidden}, {vocabulary:,} uncased word pieces,
{parameters:.1f} M parameters stored as float16, mean pooling, unit vectors of 256 coordinates, at most 512 tokens. It
was trained from nothing by the recipe in `weights/train`, on open texts only, on one CPU core. It is a **small** model,
there so that a fresh clone gives vectors that mean something.

**Use it** to compare English sentences and short passages by cosine, to search a folder of text, to cluster. No prompt
is needed. Vectors may be cut to 128 or 64 coordinates, or to their signs; the tables say what that costs.

**Do not expect** a large pretrained encoder: its corpus is {tokens:.0f} million tokens, it knows no language but
English, little of recent events, and leans on which words occur more than on how they are put together. Compare it with
plain BM25 on the four scientific retrieval sets below before searching with it alone, and fuse the two. It carries
whatever bias its sources carry.
"""

EVALUATION = """
## Evaluation
Measured with the exported float16 weights widened to float32, whole texts up to 512 tokens. Spearman of cosine and gold
score; nDCG@10 (gain = grade, discount log2) and recall@100. BM25: k1 {k1}, b {b}, whole lower-cased words, no stemming,
no stop words. Fusion: reciprocal ranks, constant 60. "Plain mean" is the unweighted average of this model's own stored
token vectors. No text of these sets was trained on, except STS-B's own train split; STS-B dev steered the choices,
and the mean of the four retrieval sets was looked at when the learning rate, the shape, the averaging of runs, the
power of the token weights (one number) and the fading with position (two numbers) were chosen, so it is a little
flattering; STS-B test was in sight too when the fading was chosen, as the floor of 0.74 that the result was to keep.
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


def read_log(path):
    """The rows of a training log."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def thin(rows, count=12):
    """About `count` rows, the first and the last among them."""
    chosen = sorted(set(np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)))
    return [rows[i] for i in chosen]


def training(work):
    """What was run, how long it took, and the curves."""
    text = (f"\n## Training\nPython {platform.python_version()}, PyTorch {torch.__version__}, NumPy {np.__version__}, "
            "one core of an Intel Xeon (Emerald Rapids), seed 1 throughout, float32.\n\n"
            "1. `vocabulary.py`: word pieces learnt on the corpus. 2. `cooccurrence.py`: token vectors from pointwise "
            "mutual information within 8 tokens, leading 254 eigenvectors. 3. `train_words.py`: token vectors alone, "
            "in-batch InfoNCE (scale 20) on natural pairs, crops and neighbouring passages, batch 1,024, at 256, 128 "
            "and 64 coordinates; STS-B train (CoSENT) in the second half; two runs at different rates, averaged. "
            "4. `train_encoder.py`: all layers, the same losses at every layer, running mean of the weights. The "
            "position vectors begin (`positions.py`) so that a token counts less the later it stands, half of what it "
            "can lose at the 48th: titles and first sentences say what a text is about. "
            "5. `weigh.py`: token weights to the fourth power; what is left of the two coordinates that carry them is "
            "taken out of the last normalisation, so two of the 256 are zero.\n"
            "\nMinutes are wall time on a core shared with other work. The last row of a table is the running mean.\n")
    for number, path in enumerate(sorted(work.glob("words-*.log")), 1):
        words = read_log(path)
        text += (f"\n### Token vectors, run {number}: {words[-1]['step']:,} steps, "
                 f"{words[-1]['seconds'] / 60:.0f} minutes\n")
        head = ["step", "loss", "STS-B dev", "STS-B dev, 64", "held-out pairs, recall@1"]
        text += table(head, [[str(r["step"]), f"{r['loss']:.3f}" if r["loss"] else "", f"{r['sts_dev']:.4f}",
                              f"{r['sts_dev_64']:.4f}", f"{r['held_out']:.4f}"] for r in thin(words)])
    log = read_log(work / "first.log")
    steps = [r for r in log if "contrastive" in r]
    if not steps:
        return text + "\nThe layers are at their start: they hand the token vectors on. Stage 4 has not run yet.\n"
    text += (f"\n### Encoder: {steps[-1]['step']:,} steps, {log[-1]['seconds'] / 60:.0f} minutes, "
             f"{np.mean([r['tokens_a_step'] for r in steps]):,.0f} tokens a step\n")
    text += table(["step", "contrastive loss", "similarity loss"],
                  [[str(r["step"]), f"{r['contrastive']:.4f}", f"{r['similarity']:.4f}"] for r in thin(steps)])
    reports = [r for r in log if "sts_dev_layer1" in r]
    last = max(int(k.split("layer")[1]) for k in reports[0] if k.startswith("held_out_layer"))
    text += "\n" + table(["step", "STS-B dev", "STS-B dev, 64", "held-out pairs, recall@1"], [
        [str(r["step"]) + (" (mean)" if r.get("averaged") else ""), f"{r[f'sts_dev_layer{last}']:.4f}",
         f"{r[f'sts_dev_layer{last}_64']:.4f}", f"{r[f'held_out_layer{last}']:.4f}"] for r in thin(reports)])
    return text


def data(corpus):
    """The sources and what was left out."""
    rows = read_manifest(corpus)
    text = ("\n## Data and licences\n"
            "Passages and natural pairs of these sources (`NOTICE` has repository, commit and licence of each): "
            + ", ".join(r["source"] for r in rows) + "; and the train split of STS-B. clinc-oos gave passages and "
            "words only, not its pairs. Every text sharing eight words in a row with an evaluation set had been "
            "removed.\n\nLeft out because their licence is not confirmed: osbooks-*, coco-captions, classic-books. "
            "`encode.py --with-unconfirmed` puts them back; what that changes is in `weights/train/EXPERIMENTS.md`. "
            "OpenTriviaQA, wiki-split and sgd-dialogues are share-alike texts, and so are STS-B's scores.\n")
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
    tokens = len(np.load(work / "passages.npz")["ids"])
    with np.load(work / "pairs.npz") as pairs:
        tokens += len(pairs["a_ids"]) + len(pairs["b_ids"])
    text = HEAD.format(layers=config["num_hidden_layers"], hidden=config["hidden_size"],
                       vocabulary=config["vocab_size"], parameters=parameters / 1e6, tokens=tokens / 1e6)
    text += EVALUATION.format(k1=K1, b=B)
    text += evaluation(read_lines(work / "evaluation.txt"), config["num_hidden_layers"], options.engine)
    text += training(work) + data(options.corpus)
    (model / "README.md").write_text(text, encoding="utf-8", newline="\n")
    (model / "NOTICE").write_text(notice(options.corpus), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
