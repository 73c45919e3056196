#!/usr/bin/env bash
# How many rows a second does COPY BINARY write into PostgreSQL on loopback, and are its answers the library's?
#   dotnet build -c Release tests/Sextant.Postgres.Tests && bench/check/postgres.sh [ROWS] > bench/check/postgres.txt
# 100,000 rows of 384 dimensions by default, binary codes rescored by float16, a payload of 200 bytes and an attribute.
# Fails where answers differ, or fewer than 20,000 rows a second are written.
set -euo pipefail
cd "$(dirname "$0")/../.."
export SEXTANT_POSTGRES_ROWS=${1:-100000} SEXTANT_REQUIRE_POSTGRES=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet test tests/Sextant.Postgres.Tests --configuration Release --no-build \
    --filter 'FullyQualifiedName~RateTests' --logger 'console;verbosity=detailed' > "$log" 2>&1 || {
    cat "$log"
    exit 1
}
grep -oE '([0-9]+ x 384: |[0-9]+ queries, ).*' "$log" | sort -u
postgres=$({ command -v postgres || ls /usr/lib/postgresql/*/bin/postgres; } | head -1)
echo "$(grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'), $(nproc) processors," \
    "load $(cut -d' ' -f1 /proc/loadavg); $("$postgres" --version); .NET SDK $(dotnet --version), $(date -u +%F)"
awk 'match($0, /[0-9]+ rows\/s/) && /written/ && substr($0, RSTART) + 0 < 20000 { slow = 1 }
    END { if (slow) { print "fewer than 20000 rows/s"; exit 1 } }' <(grep -oE '[0-9]+ x 384: .*' "$log")
