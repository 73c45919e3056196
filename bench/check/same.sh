#!/usr/bin/env bash
# Does `sextant bench compare` tell two runs of one build apart? It must not, 19 times in 20.
#   dotnet build -c Release src/Sextant.Cli && bench/check/same.sh [PAIRS] [PART FLAGS...]
# Twenty pairs by default, of each of two parts where none is named; about six minutes on a quiet machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
sextant=src/Sextant.Cli/bin/Release/net10.0/sextant
pairs=${1:-20}
shift || true
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
# Both runs of a pair are neighbours in time, and no record is in two pairs.
same() {
    local alike=0
    for ((i = 1; i <= pairs; i++)); do
        for side in a b; do
            $sextant bench "$@" --format json --output "$folder/$side.json" 2> /dev/null
        done
        $sextant bench compare "$folder/a.json" "$folder/b.json" > "$folder/compared"
        if grep -q '^no significant difference in ' "$folder/compared"; then
            alike=$((alike + 1))
        else
            echo "pair $i:"
            grep -E '\| (SLOWER|FASTER)|the machine itself' "$folder/compared"
        fi
    done
    echo "$alike of $pairs pairs without significant difference: sextant bench $*"
    [ $((20 * alike)) -ge $((19 * pairs)) ] || failed=1
}
if [ $# -gt 0 ]; then
    same "$@"
else
    same kernels --quick
    same model --quick --threads 1 --scenario Grid,SingleStream
fi
exit $failed
