#!/usr/bin/env bash
# Records this machine and puts the README's speed tables in order.   bench/record.sh MACHINE   (on a quiet machine)
# Pairs of peers in the folder, if there are any, stay as they are: see bench/peers.
set -euo pipefail
cd "$(dirname "$0")/.."
out=bench/results/${1:?the name of the folder under bench/results, such as xeon-emerald-rapids-2core}
sextant=src/Sextant.Cli/bin/Release/net10.0/sextant
dotnet build src/Sextant.Cli --configuration Release --verbosity quiet
mkdir -p "$out"
if [ "${2:-}" != --readme-only ]; then
    for threads in 1 2; do
        $sextant bench model --quick --threads $threads --scenario Grid --grid 1x8,1x32,1x128,32x128 \
            --format json --output "$out/model-$threads.json"
    done
    $sextant bench kernels --op gemm --isa avx512 --format json --output "$out/gemm.json"
    $sextant bench search --quick --vectors 200000 --dimensions 384 --format json --output "$out/search.json"
    $sextant bench model --model weights/default --quick --scenario ColdStart,Tokenizer --format json --output "$out/default-model.json"
fi
records=$(ls "$out"/{model-1,model-2,gemm,search,default-model,faiss-*,onnxruntime-*}.json)
$sextant bench report --readme $records > "$out/readme.tmp"
awk -v command="$(echo $records)" -v tables="$out/readme.tmp" '
    /^<!-- sextant bench report --readme/ { print "<!-- sextant bench report --readme " command " -->"
        while ((getline line < tables) > 0) print line; skip = 1 }
    /^<!-- end of the report -->/ { skip = 0 }
    !skip { print }' README.md > "$out/readme.new"
mv "$out/readme.new" README.md
rm "$out/readme.tmp"
