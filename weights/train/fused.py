"""Attention and GELU over packed sequences: `fused.c` where a C compiler builds it, else PyTorch's operators.

Run as a program it compares the two, values and gradients.
"""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import torch
import torch.nn.functional as functional

HEAD, LONGEST = 64, 512


def build():
    """The compiled library, or None, said aloud. It lies in the user's cache and is built again when it is old."""
    source = Path(__file__).with_suffix(".c")
    target = Path.home() / ".cache" / "sextant" / "fused.so"
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        part = f"{target}.{os.getpid()}"
        options = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffast-math", "-shared", "-fPIC"]
        for compiler in (os.environ.get("CC"), "clang", "clang-19", "cc"):
            try:
                if compiler:
                    subprocess.run([compiler, *options, "-o", part, str(source), "-lm"], check=True,
                                   capture_output=True)
                    os.replace(part, target)
                    break
            except (OSError, subprocess.CalledProcessError):
                continue
        else:
            print("fused.c was not built: training is slower", file=sys.stderr)
            return None
    return ctypes.CDLL(str(target))


LIBRARY = build()


def address(tensor):
    return ctypes.c_void_p(tensor.data_ptr())


class Attention(torch.autograd.Function):
    """x [T, 3H], starts [S + 1] → [T, H]."""

    @staticmethod
    def forward(context, x, starts, heads):
        x = x.contiguous()
        out = x.new_empty(len(x), x.shape[1] // 3)
        LIBRARY.attend(address(x), address(starts), ctypes.c_int64(len(starts) - 1), ctypes.c_int64(heads),
                       address(out))
        context.save_for_backward(x, starts)
        context.heads = heads
        return out

    @staticmethod
    def backward(context, gradient):
        x, starts = context.saved_tensors
        gradient, slope = gradient.contiguous(), torch.empty_like(x)
        LIBRARY.attend_back(address(x), address(gradient), address(starts), ctypes.c_int64(len(starts) - 1),
                            ctypes.c_int64(context.heads), address(slope))
        return slope, None, None


class Gelu(torch.autograd.Function):
    """Elementwise."""

    @staticmethod
    def forward(context, x):
        x = x.contiguous()
        out = torch.empty_like(x)
        LIBRARY.gelu(address(x), ctypes.c_int64(x.numel()), address(out))
        context.save_for_backward(x)
        return out

    @staticmethod
    def backward(context, gradient):
        x, = context.saved_tensors
        gradient, slope = gradient.contiguous(), torch.empty_like(x)
        LIBRARY.gelu_back(address(x), address(gradient), ctypes.c_int64(x.numel()), address(slope))
        return slope


def plain_attention(x, starts, heads):
    """The same with padding: what fused.c is compared with, and what float64 uses."""
    width = x.shape[1] // 3
    lengths = starts[1:] - starts[:-1]
    steps = torch.arange(int(lengths.max()))
    absent = steps[None, :] >= lengths[:, None]
    rows = (starts[:-1, None] + steps[None, :]).masked_fill(absent, 0)
    split = lambda part: part[rows].view(*rows.shape, heads, width // heads).transpose(1, 2)
    query, key, value = (split(part) for part in x.split(width, 1))
    scores = (query @ key.transpose(2, 3)) / (width // heads) ** 0.5
    weights = scores.masked_fill(absent[:, None, None, :], float("-inf")).softmax(3)
    return (weights @ value).transpose(1, 2).reshape(*rows.shape, width)[~absent]


def fits(x):
    return LIBRARY is not None and x.dtype == torch.float32


def attention(x, starts, heads):
    """Softmax(query · key / sqrt(64)) · value within each sequence."""
    if fits(x) and x.shape[1] == 3 * HEAD * heads:
        return Attention.apply(x, starts, heads)
    return plain_attention(x, starts, heads)


def gelu(x):
    """x · Phi(x)."""
    return Gelu.apply(x) if fits(x) else functional.gelu(x)


def main():
    torch.manual_seed(1)
    lengths = torch.tensor([1, 2, 15, 16, 17, 64, 128, 511, 512])
    starts = torch.cat([torch.zeros(1, dtype=torch.long), lengths.cumsum(0)])
    x = torch.randn(int(starts[-1]), 3 * 4 * HEAD).requires_grad_()
    wide = (6 * torch.randn(100003)).requires_grad_()
    worst = 0.0
    for ours, theirs, at in ((lambda: Attention.apply(x, starts, 4), lambda: plain_attention(x, starts, 4), x),
                             (lambda: Gelu.apply(wide), lambda: functional.gelu(wide), wide)):
        a, b = ours(), theirs()
        change = torch.randn_like(a)
        slopes = [torch.autograd.grad(y, at, change)[0] for y in (a, b)]
        errors = [float((p - q).abs().max() / q.abs().max()) for p, q in ((a, b), slopes)]
        print(f"relative to the largest: value {errors[0]:.1e}, gradient {errors[1]:.1e}")
        worst = max(worst, *errors)
    sys.exit(worst > 2e-6)


if __name__ == "__main__":
    main()
