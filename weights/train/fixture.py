"""Makes the fixture other implementations are compared with: 200 texts, their ids, their vectors in float64.

The vectors come from the exported float16 weights, widened and run in float64 by `model.py`, and are stored rounded
once to float32. The texts are made here from templates and lists; none is taken from anywhere.
"""

import argparse
import hashlib
import json
import random
from pathlib import Path

import numpy as np
import torch

import safetensors_file
from export import load_folder
from wordpiece import CLS, SEP, WordPiece

COUNT, LONGEST = 200, 512
WHO = ["The librarian", "A tired courier", "My neighbour's dog", "The night train", "An old compiler", "Our committee",
       "The second violinist", "A retired pilot", "The harbour master", "Each of the nurses"]
DOES = ["counts", "repairs", "quietly ignores", "was asked to describe", "cannot find", "has never trusted", "sells",
        "remembers", "will measure", "carried"]
WHAT = ["the broken clock", "seven boxes of oranges", "a list of overdue books", "the temperature of the sea",
        "every unused variable", "an enzyme that digests starch", "the price of copper in 1907", "two kinds of bridge",
        "a map of the underground rivers", "the noise of the turbines"]
WHERE = ["before breakfast", "in Łódź", "at 37.5 °C", "without a permit", "near the équateur", "on Thursdays",
         "by hand", "under heavy snow", "for the third time", "at the end of the corridor"]
ODD = ["", "a", ".", "?!", "42", "1,234.56 €", "naïve café in São Paulo", "ΑΒΓ αβγ ς", "Привет, мир", "東京 is 東京",
       "emoji 🙂 and 🧭 sextant", "tabs\tand\nlines\r\nhere", "zero\u200bwidth\u00adhyphen", "nul\u0000 and \ufffd",
       "UPPER lower MiXeD", "x" * 100, "x" * 101, "https://example.org/a/b?c=d&e=f#g", "int main(void) { return 0; }",
       "e\u0301 and \u00e9 are one", "İstanbul ǅ ß", "don't — “quote” … end", "half ½, squared ², Ω, µ, ﬁ",
       "[CLS", "under_score-hyphen/slash\\back", "   leading and trailing   ", "한국어 글", "עברית", "हिन्दी", "ไทย"]


def sentence(source):
    return f"{source.choice(WHO)} {source.choice(DOES)} {source.choice(WHAT)} {source.choice(WHERE)}."


def make_texts(seed):
    """Odd texts, phrases, single sentences, paragraphs, and a few near the longest."""
    source = random.Random(seed)
    texts = list(ODD)
    texts += [source.choice(WHAT) for _ in range(20)]
    texts += [sentence(source) for _ in range(80)]
    texts += [" ".join(sentence(source) for _ in range(source.randint(2, 8))) for _ in range(50)]
    texts += [" ".join(sentence(source) for _ in range(source.randint(9, 24))) for _ in range(COUNT - len(texts))]
    return texts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, out = Path(options.model), Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    encoder, tokenizer = load_folder(model, torch.float64), WordPiece.load(model / "vocab.txt")
    texts = make_texts(options.seed)
    ids = [[CLS] + tokenizer.encode(t) + [SEP] for t in texts]
    if max(map(len, ids)) > LONGEST:
        raise ValueError("a text is too long: the fixture does not test truncation")
    with torch.no_grad():
        vectors = [torch.nn.functional.normalize(v, dim=1) for v in encoder.rows([np.array(i) for i in ids])]
    tensors = {f"layers_{n}": v.numpy().astype(np.float32) for n, v in enumerate(vectors, 1)}
    safetensors_file.write(out / "expected.safetensors", {"vectors": tensors.popitem()[1], **tensors})
    with open(out / "texts.jsonl", "w", encoding="utf-8", newline="\n") as lines:
        for text, row in zip(texts, ids):
            lines.write(json.dumps({"text": text, "ids": row}, separators=(",", ":")) + "\n")
    about = {
        "model_sha256": hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest(),
        "texts": "texts.jsonl", "vectors": "expected.safetensors", "count": len(texts),
        "size": int(vectors[-1].shape[1]), "longest": max(map(len, ids)), "computed_in": "float64",
        "stored_in": "float32",
        "made_with": f"PyTorch {torch.__version__}, weights/train/fixture.py, seed {options.seed}",
        "tensors": "vectors: unit vectors of the whole model; layers_N: unit vectors after layer N",
    }
    (out / "expected.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
