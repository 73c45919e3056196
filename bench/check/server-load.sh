#!/usr/bin/env bash
# 64 clients at once on sextant-server: no error, no other bit than the library's, no growth; and what it costs beside a
# bare loop over the library.
#   dotnet build -c Release tests/Sextant.Server.Tests && bench/check/server-load.sh [SECONDS] > bench/check/server-load.md
# 60 s by default. CI runs ten.
set -euo pipefail
cd "$(dirname "$0")/../.."
export SEXTANT_LOAD_SECONDS=${1:-60}
SEXTANT_LOAD_RECORD=$(mktemp)
export SEXTANT_LOAD_RECORD
log=$(mktemp)
trap 'rm -f "$log" "$SEXTANT_LOAD_RECORD"' EXIT
dotnet test tests/Sextant.Server.Tests --configuration Release --no-build \
    --filter 'FullyQualifiedName~LoadTests' > "$log" 2>&1 || {
    cat "$log"
    exit 1
}
cat "$SEXTANT_LOAD_RECORD"
