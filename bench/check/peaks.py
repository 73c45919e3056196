#!/usr/bin/env python3
"""The ceilings of one core in C beside `sextant bench peak --threads 1`, in turns: they must agree within five percent.

    dotnet build -c Release src/Sextant.Cli && taskset -c 1 python3 bench/check/peaks.py [TURNS]

About four seconds a turn, 21 turns by default; gcc is needed. A ratio is of one turn, whose two sides are neighbours
in time, and every second turn goes in reverse; the median of the ratios decides, and its interval says how sure it is.
"""
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "src/Sextant.Cli/bin/Release/net10.0/sextant")
LIMIT = 0.05


def ours():
    """Name to speed, and the working sets that were read."""
    command = [TOOL, "bench", "peak", "--threads", "1", "--quick", "--format", "json"]
    record = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    speeds, sets = {}, []
    for row in record["rows"]:
        labels = row["labels"]
        if labels["what"] == "fma":
            speeds[labels["kind"]] = row["median"]
        elif labels.get("access") == "read":
            speeds["read " + labels["bytes"]] = row["median"]
            sets.append(labels["bytes"])
    return speeds, sets


def theirs(program, sets):
    lines = subprocess.run([program, *sets], capture_output=True, check=True, text=True).stdout.splitlines()
    return {name.strip(): float(speed) for name, speed in (line.rsplit(":", 1) for line in lines)}


def interval(ratios):
    """The sign test's interval of the median, 95 %."""
    ordered = sorted(ratios)
    low = math.floor(len(ordered) / 2 - 1.96 * math.sqrt(len(ordered)) / 2)
    return (ordered[low], ordered[-1 - low]) if low >= 0 else (ordered[0], ordered[-1])


def main():
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "peaks")
        source = os.path.join(ROOT, "bench/check/peaks.c")
        subprocess.run(["gcc", "-O3", "-march=native", "-o", program, source], check=True)
        pairs = {}
        _, sets = ours()
        for turn in range(turns):
            if turn % 2 == 0:
                mine, c = ours()[0], theirs(program, sets)
            else:
                c, mine = theirs(program, sets), ours()[0]
            for name in c:
                pairs.setdefault(name, []).append((mine[name], c[name]))
    outside = 0
    print(f"{'ceiling':<16}{'sextant':>10}{'C':>10}   difference (95 % of the median)")
    for name, values in pairs.items():
        ratios = [mine / c for mine, c in values]
        low, high = interval(ratios)
        ratio = statistics.median(ratios)
        if abs(ratio - 1) <= LIMIT:
            verdict = "agree"
        else:
            outside += 1
            verdict = "DIFFER" if low > 1 + LIMIT or high < 1 - LIMIT else "undecided: the machine moves too much"
        mine, c = (statistics.median(side) for side in zip(*values))
        print(f"{name:<16}{mine:>10.1f}{c:>10.1f}   {ratio - 1:+7.1%} ({low - 1:+.1%} to {high - 1:+.1%})   {verdict}")
    print("all agree within 5 %" if outside == 0 else f"{outside} differ by more than 5 %, or are undecided")
    return 0 if outside == 0 else 1


sys.exit(main())
