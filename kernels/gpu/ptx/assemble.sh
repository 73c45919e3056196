#!/usr/bin/env bash
# Has NVIDIA's assembler make machine code of the PTX, as a driver does, and writes what each kernel takes: registers,
# static shared memory, bytes of registers that did not fit and are kept in local memory. Needs ptxas of CUDA 12 and no
# GPU; nothing else here needs it.
#   ptx/assemble.sh              prints
#   ptx/assemble.sh --record     writes registers.txt
set -euo pipefail
cd "$(dirname "$0")"
ptxas=${PTXAS:-ptxas}
table() {
    echo "ptxas $("$ptxas" --version | sed -n 's/.*release .*, V//p')"
    printf '%-8s %-28s %9s %8s %8s\n' target kernel registers shared spilled
    for pair in sm_70:Exact sm_80:Exact sm_90:Exact sm_80:Fast sm_90:Fast sm_90a:Fast90 \
        sm_70:Peak sm_80:Peak sm_90:Peak sm_80:FastPeak sm_90:FastPeak sm_90a:Fast90Peak; do
        "$ptxas" -v -arch="${pair%:*}" "${pair#*:}.ptx" -o /dev/null 2>&1 | awk -v target="${pair%:*}" '
            /error|warning|Warning|serialized/ { print; bad = 1 }
            /Compiling entry/ { split($0, part, "\047"); name = part[2] }
            /bytes spill stores/ { spilled = $5 }
            /Used .* registers/ {
                shared = 0
                for (i = 1; i < NF; i++) {
                    if ($i == "Used") registers = $(i + 1)
                    if ($(i + 2) ~ /^smem,?$/) shared = $i
                }
                printf "%-8s %-28s %9d %8d %8d\n", target, name, registers, shared, spilled | "sort -k 2"
            }
            END { close("sort -k 2"); exit bad }'
    done
}
if [ "${1:-}" = --record ]; then table > registers.txt; else table; fi
