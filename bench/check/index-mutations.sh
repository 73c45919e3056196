#!/usr/bin/env bash
# Changes the files of an index as a forger would, with checksums that fit, and makes every call of a reader and a writer
# on it: only typed errors may come out, no change may take ten seconds, and the process no gigabyte.
#   dotnet build -c Release tests/Sextant.IndexWriter && bench/check/index-mutations.sh [COUNT] [SEED]
# 100,000 by default: ten minutes on one core. bench/check/index-mutations.txt is the record of a run.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/sextant-mutations.XXXXXX")
trap 'rm -rf "$folder"' EXIT
DOTNET_PROCESSOR_COUNT=1 dotnet tests/Sextant.IndexWriter/bin/Release/net10.0/Sextant.IndexWriter.dll \
    mutate "${1:-100000}" "${2:-20261130}" "$folder"
