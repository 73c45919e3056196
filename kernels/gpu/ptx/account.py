#!/usr/bin/env python3
"""Estimates what the hot loops cost in machine code. No GPU takes part: nothing here is measured.

Has NVIDIA's assembler make machine code of the PTX (as assemble.sh does), takes the loop in which a kernel spends its
time, and counts its instructions by the unit that executes them. Needs ptxas and nvdisasm of CUDA 12.
  ptx/account.py             prints
  ptx/account.py --record    writes account.txt
"""
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
PTXAS, NVDISASM = os.environ.get("PTXAS", "ptxas"), os.environ.get("NVDISASM", "nvdisasm")

# The kernel, its file, the instruction that does its work, how many of its loops are hot, items of a group, bytes of
# shared memory that the host adds (GpuKernels.SharedBytes).
KERNELS = [
    ("gemm_128_f32", "Exact", "FFMA", 1, 256, 0), ("gemm_64_f32", "Exact", "FFMA", 1, 256, 0),
    ("gemm_16_f32", "Exact", "FFMA", 1, 64, 0), ("attention_32", "Exact", "FFMA", 2, 128, 0),
    ("attention_64", "Exact", "FFMA", 2, 128, 0), ("attention_128", "Exact", "FFMA", 2, 128, 0),
    ("layer_norm", "Exact", "LDG", 3, 128, 0), ("hamming_scan", "Exact", "POPC", 1, 256, 0),
    ("gemm_128_fast_bf16", "Fast", "HMMA", 1, 256, 0), ("gemm_64_fast_bf16", "Fast", "HMMA", 1, 128, 0),
    ("gemm_32_fast_bf16", "Fast", "HMMA", 1, 128, 0), ("attention_32_fast_bf16", "Fast", "HMMA", 1, 128, 0),
    ("attention_64_fast_bf16", "Fast", "HMMA", 1, 128, 0), ("attention_128_fast_bf16", "Fast", "HMMA", 1, 128, 0),
    ("layer_norm_fast_bf16", "Fast", "LDG", 3, 128, 0),
    ("gemm_wide_256_fast_bf16", "Fast90", "HGMMA", 1, 256, 4 * (128 + 256) * 128 + 1024),
    ("gemm_wide_128_fast_bf16", "Fast90", "HGMMA", 1, 256, 3 * (128 + 128) * 128 + 1024),
    ("gemm_wide_64_fast_bf16", "Fast90", "HGMMA", 1, 128, 4 * (64 + 128) * 128 + 1024),
    ("gemm_wide_32_fast_bf16", "Fast90", "HGMMA", 1, 128, 6 * (64 + 32) * 128 + 1024),
]
TARGETS = [("sm_90", "Exact"), ("sm_80", "Exact"), ("sm_90", "Fast"), ("sm_80", "Fast"), ("sm_90a", "Fast90")]
# Registers and bytes of shared memory of a multiprocessor, and its warps at most.
UNIT = {"sm_80": (65536, 164 << 10, 64), "sm_90": (65536, 228 << 10, 64), "sm_90a": (65536, 228 << 10, 64)}
UNITS = ["fma", "fp32", "int", "uni", "lds", "sts", "ldg", "cpy", "ldsm", "mma", "mufu", "popc", "bar", "shfl", "bra",
         "other"]
FP32 = {"FADD", "FMUL", "FSEL", "FSETP", "FMNMX", "FSET", "FCHK", "FADD32I", "FMUL32I", "HADD2", "HFMA2"}
INTEGER = {"IMAD", "IADD3", "LEA", "LOP3", "SHF", "ISETP", "SEL", "VIADD", "PRMT", "IABS", "IMNMX", "VIMNMX", "MOV",
           "VIADDMNMX", "PLOP3", "CS2R", "P2R", "R2P", "SGXT", "I2FP", "F2FP", "IADD", "BMSK", "VOTE"}


def unit_of(text):
    name = text.split()[0].split(".")[0]
    if name == "FFMA":
        return "fma"
    if name in FP32:
        return "fp32"
    if name in INTEGER:
        return "int"
    if name.startswith("U") or name in {"R2UR", "S2UR", "LDC", "ULDC", "S2R"}:
        return "uni"
    return {"LDS": "lds", "STS": "sts", "LDG": "ldg", "STG": "ldg", "LDGSTS": "cpy", "LDSM": "ldsm", "HMMA": "mma",
            "HGMMA": "mma", "MUFU": "mufu", "POPC": "popc", "BAR": "bar", "SHFL": "shfl", "BRA": "bra",
            "BSSY": "bra", "BSYNC": "bra", "CALL": "bra"}.get(name, "other")


def functions(target, file, folder):
    """Instructions of each kernel, where its labels are, and its registers and shared memory."""
    cubin = pathlib.Path(folder) / f"{target}-{file}.cubin"
    said = subprocess.run([PTXAS, "-v", f"-arch={target}", HERE / f"{file}.ptx", "-o", cubin], check=True,
                          capture_output=True, text=True).stderr
    sizes, name = {}, ""
    for line in said.splitlines():
        if match := re.search(r"Compiling entry function '(\w+)'", line):
            name = match[1]
        elif match := re.search(r"Used (\d+) registers", line):
            shared = re.search(r"(\d+) bytes smem", line)
            sizes[name] = (int(match[1]), int(shared[1]) if shared else 0)
    code, labels, now = {}, {}, None
    text = subprocess.run([NVDISASM, "-c", cubin], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        if match := re.match(r"\.text\.(\S+):", line):
            now = match[1]
            code[now], labels[now] = [], {}
        elif now and (match := re.match(r"(\.L_\S+):", line)):
            labels[now][match[1]] = len(code[now])
        elif now and (match := re.match(r"\s+/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\S+\s+)?(.*?)\s*;", line)):
            code[now].append(match[1])
    return code, labels, sizes


def hot_loops(code, labels, work, count):
    """The loops with most of such instructions of their own: without those of the loops inside them."""
    loops = set()
    for i, text in enumerate(code):
        if text.startswith("BRA") and (match := re.search(r"`\((\.L_\S+?)\)", text)):
            if labels.get(match[1], i + 1) <= i:
                loops.add((labels[match[1]], i))
    # Of loops that begin at one place the longest is the loop; the others are ways back to its beginning.
    loops = {(first, max(b for a, b in loops if a == first)) for first, _ in loops}
    own = {}
    for first, last in loops:
        inside = set()
        for a, b in loops:
            if (a, b) != (first, last) and first <= a and b <= last:
                inside.update(range(a, b + 1))
        own[first, last] = [code[i] for i in range(first, last + 1) if i not in inside]
    # Sums read their factors from shared memory; activations and exp do not.
    if work == "FFMA":
        own = {loop: texts for loop, texts in own.items() if any(text.startswith("LDS") for text in texts)}
    best = sorted(own, key=lambda loop: (-sum(text.startswith(work) for text in own[loop]), len(own[loop])))[:count]
    return [own[loop] for loop in sorted(best)]


def row(target, name, file, work, items, more, loop, sizes):
    counts = collections.Counter(unit_of(text) for text in loop)
    registers, shared = sizes[name]
    shared += more
    all_registers, all_shared, all_warps = UNIT[target]
    warps = items // 32
    groups = min(all_registers // (-(-registers // 8) * 8 * 32) // warps, all_shared // (shared + 1024),
                 all_warps // warps)
    useful = sum(text.startswith(work) for text in loop)
    return "%-7s %-24s %5d " % (target, name, len(loop)) + " ".join("%5d" % counts[unit] for unit in UNITS) + \
        " %5.0f%% %4d %7d %6d %5.1f" % (100 * useful / len(loop), registers, shared, groups, groups * warps / 4)


def main():
    version = re.search(r"V([\d.]+)", subprocess.run([PTXAS, "--version"], check=True, capture_output=True,
                                                     text=True).stdout)[1]
    lines = [f"ptxas {version}. Estimated from machine code, not measured: no GPU has run it.",
             "All instructions of a loop count but those of loops inside it, also on ways that whole tiles do not take:",
             "'work' (FFMA, HMMA, HGMMA, POPC or LDG as a share of all) is a lower bound. A kernel's further rows are",
             "its further hot loops, in order. ldg: with STG; cpy: LDGSTS; uni: the warp's own unit and constants;",
             "groups: of a multiprocessor at once, by registers and shared memory; warps: of a scheduler then.",
             "", "%-7s %-24s %5s " % ("target", "kernel", "all") + " ".join("%5s" % unit for unit in UNITS)
             + "   work regs  shared groups warps"]
    with tempfile.TemporaryDirectory() as folder:
        for target, file in TARGETS:
            code, labels, sizes = functions(target, file, folder)
            for name, of, work, count, items, more in KERNELS:
                if of == file:
                    for loop in hot_loops(code[name], labels[name], work, count):
                        lines.append(row(target, name, file, work, items, more, loop, sizes))
    text = "\n".join(lines) + "\n"
    if "--record" in sys.argv:
        (HERE / "account.txt").write_text(text)
    else:
        print(text, end="")


main()
