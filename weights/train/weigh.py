"""Spreads the token weights of a trained encoder: each token's weight w becomes w^power. The last stage.

Token vectors have one length; what a token weighs in the mean is the share of it outside the counterweight
(`cooccurrence.py`). The contrastive losses leave nearly every token at its full weight, because the pairs they are
trained on have few idle words; a question has many. The power lowers the tokens that already weigh less, which are the
frequent ones, and leaves the directions alone. What the last normalisation still lets through of the counterweight is
the same for every text, and is taken out.
"""

import argparse
from pathlib import Path

import torch
import torch.nn.functional as functional

from cooccurrence import COUNTERWEIGHT

TABLE = "embeddings.word_embeddings.weight"
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
    parser.add_argument("--work", required=True)
    parser.add_argument("--checkpoint", required=True, help="what train_encoder.py saved")
    parser.add_argument("--power", type=float, default=4.0)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    work = Path(options.work)
    saved = torch.load(work / options.checkpoint)
    state = saved["state"]
    state[TABLE] = weighed(state[TABLE], options.power)
    last = f"encoder.layer.{saved['shape']['num_hidden_layers'] - 1}.output.LayerNorm"
    for name in ("weight", "bias"):
        state[f"{last}.{name}"][-COUNTERWEIGHT:] = 0
    torch.save(saved, work / options.out)


if __name__ == "__main__":
    main()
