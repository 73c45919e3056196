#!/usr/bin/env bash
# Prints how long a new process takes from its start to the first vectors of the model tiny, as wall time and as the time
# of all processors, medians of 20 starts of each kind in turns:
#   bench/check/start.sh [FOLDER]       publishes to FOLDER, by default to one that is removed afterwards
# NativeAOT needs a C linker (clang or gcc, zlib).
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-}
if [ -z "$out" ]; then
    out=$(mktemp -d)
    trap 'rm -rf "$out"' EXIT
fi
project=tests/Samples/Sextant.Samples.Compare
publish() { dotnet publish $project --configuration Release --use-current-runtime --verbosity quiet --output "$out/$1" "${@:2}"; }
publish native -p:PublishAot=true
publish r2r --self-contained false -p:PublishReadyToRun=true -p:PublishAot=false -p:TieredPGO=false
publish composite --self-contained true -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=true -p:PublishAot=false -p:TieredPGO=false
publish built --self-contained false -p:PublishReadyToRun=false -p:PublishAot=false
run() { # the time of one start: wall and processors, in milliseconds
    local TIMEFORMAT='%R %U %S'
    { time "$out/$1/Sextant.Samples.Compare" >"$out/output" 2>&1; } 2>&1 | awk '{ printf "%.0f %.0f\n", $1 * 1e3, ($2 + $3) * 1e3 }'
}
for kind in native r2r composite built; do
    run $kind >"$out/warm"
    rm -f "$out/$kind.times"
done
for ((round = 0; round < 20; round++)); do
    for kind in native r2r composite built; do
        run $kind >>"$out/$kind.times"
    done
done
median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
echo "| published | first vectors, ms | processors, ms |"
echo "|---|---|---|"
for kind in native r2r composite built; do
    echo "| $kind | $(cut -d' ' -f1 "$out/$kind.times" | median) | $(cut -d' ' -f2 "$out/$kind.times" | median) |"
done
