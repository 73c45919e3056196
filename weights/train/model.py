"""BERT's encoder (Devlin et al. 2019, post-norm, GELU), with the tensor names of Hugging Face's BertModel.

In float32 the matrix products may run on bfloat16 copies (`Encoder.rounded`): on a CPU that has the instruction this is
what makes training affordable. Everything else, and all of evaluation and export, stays in the parameters' own type.
"""

from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import nn
import torch.nn.functional as functional

from cooccurrence import COUNTERWEIGHT
from train_words import DAMPING


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


class Rounded(torch.autograd.Function):
    """x [T, I] · w [O, I]ᵀ + b [O], products on bfloat16, gradients returned in float32."""

    @staticmethod
    def forward(context, x, weight, bias):
        x, weight = x.bfloat16(), weight.bfloat16()
        context.save_for_backward(x, weight)
        return functional.linear(x, weight, bias.bfloat16())

    @staticmethod
    def backward(context, gradient):
        x, weight = context.saved_tensors
        gradient = gradient.bfloat16()
        flat = gradient.reshape(-1, gradient.shape[-1])
        return ((gradient @ weight), (flat.T @ x.reshape(-1, x.shape[-1])).float(), flat.float().sum(0))


def linear(layer, x, rounded):
    """One dense layer, on bfloat16 copies where asked."""
    if rounded:
        return Rounded.apply(x, layer.weight, layer.bias)
    return functional.linear(x, layer.weight, layer.bias)


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

    def forward(self, x, hidden_keys, rounded):
        """x [S, T, H]; hidden_keys [S, 1, 1, T] is true where there is no token."""
        sequences, tokens, width = x.shape
        split = lambda y: y.view(sequences, tokens, self.heads, -1).transpose(1, 2)
        query, key, value = (split(linear(layer, x, rounded)) for layer in self.attention["self"].values())
        scores = (query @ key.transpose(2, 3)).to(x.dtype) / (width // self.heads) ** 0.5
        weights = scores.masked_fill(hidden_keys, float("-inf")).softmax(3).to(value.dtype)
        mixed = (weights @ value).transpose(1, 2).reshape(sequences, tokens, width)
        attended = self.attention["output"]
        x = attended["LayerNorm"](x + linear(attended["dense"], mixed, rounded))
        inner = functional.gelu(linear(self.intermediate["dense"], x, rounded))
        return self.output["LayerNorm"](x + linear(self.output["dense"], inner, rounded))


class Encoder(nn.Module):
    """Ids to one mean-pooled, not yet normalised vector per text, after each layer."""

    def __init__(self, shape):
        super().__init__()
        self.shape, self.rounded = shape, False
        width = shape.hidden_size
        self.embeddings = nn.ModuleDict({
            "word_embeddings": nn.Embedding(shape.vocab_size, width),
            "position_embeddings": nn.Embedding(shape.max_position_embeddings, width),
            "token_type_embeddings": nn.Embedding(shape.type_vocab_size, width),
            "LayerNorm": nn.LayerNorm(width, eps=shape.layer_norm_eps),
        })
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(Layer(shape) for _ in range(shape.num_hidden_layers))})

    def start(self, table, position_size=0.1):
        """Makes every layer hand the layer-normalised token vectors on unchanged, so that training starts from them."""
        with torch.no_grad():
            self.embeddings["word_embeddings"].weight.copy_(table)
            self.embeddings["token_type_embeddings"].weight.zero_()
            self.embeddings["position_embeddings"].weight.copy_(waves(self.shape) * position_size)
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
        return self

    def forward(self, ids, lengths, offset=0):
        """ids [S, T] padded with 0 → a list of [S, H], one for each layer; offset shifts the positions."""
        tokens = torch.arange(ids.shape[1])
        present = tokens[None, :] < lengths[:, None]
        parts = self.embeddings
        x = parts["word_embeddings"](ids) + parts["position_embeddings"].weight[offset:offset + ids.shape[1]]
        x = parts["LayerNorm"](x + parts["token_type_embeddings"].weight[0])
        share = (present.to(x.dtype) / lengths[:, None].to(x.dtype))[:, None, :]
        pooled = []
        for layer in self.encoder["layer"]:
            x = layer(x, ~present[:, None, None, :], self.rounded)
            pooled.append((share @ x)[:, 0])
        return pooled

    def rows(self, rows, budget=4096, random=None):
        """Encodes id arrays in batches of similar length and returns the layers' [rows, H] in the rows' order."""
        sequence = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        done, begin = [], 0
        while begin < len(sequence):
            end = begin + 1
            while end < len(sequence) and (end + 1 - begin) * len(rows[sequence[end]]) <= budget:
                end += 1
            chosen = [rows[i] for i in sequence[begin:end]]
            lengths = torch.tensor([len(r) for r in chosen])
            ids = np.zeros((len(chosen), int(lengths.max())), dtype=np.int64)
            for place, row in enumerate(chosen):
                ids[place, :len(row)] = row
            room = self.shape.max_position_embeddings - ids.shape[1]
            offset = int(random.integers(0, room + 1)) if random is not None and random.random() < 0.7 else 0
            done.append(self(torch.from_numpy(ids), lengths, offset))
            begin = end
        back = torch.empty(len(sequence), dtype=torch.long)
        back[torch.tensor(sequence)] = torch.arange(len(sequence))
        return [torch.cat(parts)[back] for parts in zip(*done)]

    def config(self):
        return asdict(self.shape)


def waves(shape):
    """Sines and cosines of the position (Vaswani et al. 2017); none in the counterweight."""
    half = shape.hidden_size // 2
    speed = 10000 ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = torch.arange(shape.max_position_embeddings, dtype=torch.float64)[:, None] * speed
    table = torch.stack([angle.sin(), angle.cos()], dim=2).reshape(-1, shape.hidden_size)
    table[:, -COUNTERWEIGHT:] = 0
    return table.float()


def undamp(layer):
    """Gives the counterweight its length back: gelu(x) − gelu(−x) = x, so two inner units carry one coordinate."""
    for place in range(COUNTERWEIGHT):
        coordinate = layer.output["dense"].out_features - COUNTERWEIGHT + place
        up, down = layer.intermediate["dense"].weight, layer.output["dense"].weight
        for unit, sign in ((2 * place, 1.0), (2 * place + 1, -1.0)):
            up[unit] = 0
            up[unit, coordinate] = sign
            down[coordinate, unit] = sign * (1 / DAMPING - 1)
