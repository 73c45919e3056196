"""Spreads the token weights of trained token vectors: each vector's weight w becomes w^power.

Token vectors have one length; what a token weighs in the mean is the share of it outside the counterweight
(`cooccurrence.py`). The contrastive losses leave nearly every token at its full weight, because the pairs they are
trained on have few idle words; a question has many. The power lowers the weight of the tokens that already have less,
which are the frequent ones, and leaves the directions alone.
"""

import argparse
from pathlib import Path

import torch
import torch.nn.functional as functional

import safetensors_file
from cooccurrence import COUNTERWEIGHT

LARGEST = 0.97


def weighed(table, power):
    """table [V, H] → [V, H], every row at BERT's length."""
    size = table.shape[1]
    content = functional.layer_norm(table, (size,))[:, :-COUNTERWEIGHT]
    weight = (content.norm(dim=1, keepdim=True) / size ** 0.5) ** power
    weight = weight / weight.max() * LARGEST
    rest = ((1 - weight ** 2) / COUNTERWEIGHT).sqrt()
    return torch.cat([functional.normalize(content, dim=1) * weight, rest, -rest], 1) * size ** 0.5


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="a folder that export.py wrote")
    parser.add_argument("--power", type=float, default=4.0)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    state = safetensors_file.read(Path(options.model) / "model.safetensors")
    table = torch.from_numpy(state["embeddings.word_embeddings.weight"].astype("float32"))
    torch.save(weighed(table, options.power), options.out)


if __name__ == "__main__":
    main()
