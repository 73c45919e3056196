"""BERT's encoder (Devlin et al. 2019, post-norm, GELU), with the tensor names of Hugging Face's BertModel.

Sequences are packed: x [T, H] holds the tokens of all texts of a batch, one after another, and `starts` [S + 1] says
where each begins. Nothing is padded and nothing masked.
"""

from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import nn
import torch.nn.functional as functional

from fused import attention, gelu
from positions import COUNTERWEIGHT, position_vectors, token_vectors

DAMPING = 1 / 64    # what a layer's last normalisation leaves of the counterweight; the last layer leaves nothing


@dataclass
class Shape:
    """What config.json says of the encoder."""

    vocab_size: int
    hidden_size: int = 256
    num_hidden_layers: int = 2
    num_attention_heads: int = 4
    intermediate_size: int = 1024
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    layer_norm_eps: float = 1e-12


class Layer(nn.Module):
    """Self-attention and feed-forward, each followed by residual and normalisation."""

    def __init__(self, shape):
        super().__init__()
        width, inner = shape.hidden_size, shape.intermediate_size
        self.heads = shape.num_attention_heads
        norm = lambda: nn.LayerNorm(width, eps=shape.layer_norm_eps)
        self.attention = nn.ModuleDict({
            "self": nn.ModuleDict({name: nn.Linear(width, width) for name in ("query", "key", "value")}),
            "output": nn.ModuleDict({"dense": nn.Linear(width, width), "LayerNorm": norm()}),
        })
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, inner)})
        self.output = nn.ModuleDict({"dense": nn.Linear(inner, width), "LayerNorm": norm()})

    def forward(self, x, starts):
        """x [T, H], starts [S + 1] → [T, H]."""
        parts = self.attention["self"].values()
        weight, bias = torch.cat([p.weight for p in parts]), torch.cat([p.bias for p in parts])
        mixed = attention(functional.linear(x, weight, bias), starts, self.heads)
        attended = self.attention["output"]
        x = attended["LayerNorm"](x + attended["dense"](mixed))
        return self.output["LayerNorm"](x + self.output["dense"](gelu(self.intermediate["dense"](x))))


class Encoder(nn.Module):
    """Ids to one mean-pooled, not yet normalised vector per text, after each layer."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        width = shape.hidden_size
        self.embeddings = nn.ModuleDict({
            "word_embeddings": nn.Embedding(shape.vocab_size, width),
            "position_embeddings": nn.Embedding(shape.max_position_embeddings, width),
            "token_type_embeddings": nn.Embedding(shape.type_vocab_size, width),
            "LayerNorm": nn.LayerNorm(width, eps=shape.layer_norm_eps),
        })
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(Layer(shape) for _ in range(shape.num_hidden_layers))})

    def start(self, table, worth):
        """
        Takes what the first stage learnt, token vectors [V, 254] and the worth of each place, and makes every layer
        hand them on unchanged, so that training starts from there.
        """
        with torch.no_grad():
            self.embeddings["word_embeddings"].weight.copy_(token_vectors(table))
            self.embeddings["token_type_embeddings"].weight.zero_()
            self.embeddings["position_embeddings"].weight.copy_(position_vectors(worth, self.shape.hidden_size))
            for number, layer in enumerate(self.encoder["layer"]):
                for part in layer.modules():
                    if isinstance(part, nn.Linear):
                        nn.init.normal_(part.weight, std=0.02)
                        nn.init.zeros_(part.bias)
                layer.attention["output"]["dense"].weight.zero_()
                layer.output["dense"].weight.zero_()
                layer.output["LayerNorm"].weight[-COUNTERWEIGHT:] = DAMPING
                if number > 0:
                    undamp(layer)
            layer.output["LayerNorm"].weight[-COUNTERWEIGHT:] = 0
        return self

    def forward(self, ids, lengths):
        """ids [T], lengths [S] → a list of [S, H], one for each layer."""
        starts = torch.cat([lengths.new_zeros(1), lengths.cumsum(0)])
        text = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
        positions = torch.arange(len(ids)) - starts[:-1][text]
        parts = self.embeddings
        x = parts["word_embeddings"](ids) + parts["position_embeddings"](positions)
        x = parts["LayerNorm"](x + parts["token_type_embeddings"].weight[0])
        pooled = []
        for layer in self.encoder["layer"]:
            x = layer(x, starts)
            pooled.append(x.new_zeros(len(lengths), x.shape[1]).index_add(0, text, x) / lengths[:, None])
        return pooled

    def rows(self, rows, budget=8192):
        """Encodes id arrays in batches of similar length and returns the layers' [rows, H] in the rows' order."""
        sequence = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        done, begin = [], 0
        while begin < len(sequence):
            end, tokens = begin, 0
            while end < len(sequence) and (end == begin or tokens + len(rows[sequence[end]]) <= budget):
                tokens += len(rows[sequence[end]])
                end += 1
            chosen = [rows[i] for i in sequence[begin:end]]
            lengths = torch.tensor([len(r) for r in chosen])
            done.append(self(torch.from_numpy(np.concatenate(chosen)), lengths))
            begin = end
        back = torch.empty(len(sequence), dtype=torch.long)
        back[torch.tensor(sequence)] = torch.arange(len(sequence))
        return [torch.cat(parts)[back] for parts in zip(*done)]

    def config(self):
        return asdict(self.shape)


def undamp(layer):
    """Gives the counterweight its length back: gelu(x) − gelu(−x) = x, so two inner units carry one coordinate."""
    for place in range(COUNTERWEIGHT):
        coordinate = layer.output["dense"].out_features - COUNTERWEIGHT + place
        up, down = layer.intermediate["dense"].weight, layer.output["dense"].weight
        for unit, sign in ((2 * place, 1.0), (2 * place + 1, -1.0)):
            up[unit] = 0
            up[unit, coordinate] = sign
            down[coordinate, unit] = sign * (1 / DAMPING - 1)
