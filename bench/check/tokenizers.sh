#!/usr/bin/env bash
# Does any tokenizer file take a program down? Files whose structure is changed load or are refused by a typed error,
# take less than 1 GB, and less than 10 s with all their texts.
#   dotnet build -c Release tests/Sextant.Tests && bench/check/tokenizers.sh [MUTATIONS] > bench/check/tokenizers.txt
# A hundred thousand by default; a quarter of an hour on two cores. CI runs a share with the same seed.
set -euo pipefail
cd "$(dirname "$0")/../.."
export SEXTANT_MUTATIONS=${1:-100000}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet test tests/Sextant.Tests --configuration Release --no-build \
    --filter 'FullyQualifiedName~StructureMutationTests' --logger 'console;verbosity=detailed' > "$log" 2>&1 || {
    cat "$log"
    exit 1
}
line=$(grep -o 'seed [0-9]*: [0-9]* mutations.*' "$log" | head -1)
echo "$line"
echo "$(grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'), .NET $(dotnet --version | sed 's/^/SDK /'), $(date -u +%F)"
seconds=$(sed -E 's/.* and ([0-9.]+) s for one file.*/\1/' <<< "$line")
awk -v seconds="$seconds" 'BEGIN { exit !(seconds < 10) }' || {
    echo "one file took $seconds s; less than 10 s is accepted"
    exit 1
}
