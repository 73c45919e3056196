#!/usr/bin/env bash
# Records this machine and puts the documents' tables and figures in order, on a quiet machine, in about three minutes:
#   bench/record.sh MACHINE                  speeds, bits and errors
#   bench/record.sh MACHINE --readme-only    the documents alone, from the records that are there
#   bench/record.sh MACHINE --all            also what takes long: families, recall of codes (SEXTANT_TESTDATA), an index on disk
# Pairs of peers in the folder, if there are any, stay as they are: see bench/peers.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:?the name of the folder under bench/results, such as xeon-emerald-rapids-2core}
out=bench/results/$name
sextant=src/Sextant.Cli/bin/Release/net10.0/sextant
bench=bench/Sextant.Bench/bin/Release/net10.0/Sextant.Bench
dotnet build src/Sextant.Cli --configuration Release --verbosity quiet
mkdir -p "$out"
# Text from a command whose first line is the command, unless it prints that itself.
keep() { "${@:2}" > "$1.new" && mv "$1.new" "$1"; }
if [ "${2:-}" != --readme-only ]; then
    : "${SEXTANT_TESTDATA:?where the fixtures of the families are, whose error is recorded too}"
    dotnet build bench/Sextant.Bench --configuration Release --verbosity quiet
    for threads in 1 2; do
        $sextant bench model --shape minilm --quick --threads $threads --scenario Grid --grid 1x8,1x32,1x128,32x128 \
            --format json --output "$out/model-$threads.json"
    done
    $sextant bench kernels --op gemm --isa avx512 --format json --output "$out/gemm.json"
    $sextant bench search --quick --vectors 200000 --dimensions 384 --format json --output "$out/search.json"
    $sextant bench model --model weights/default --quick --scenario ColdStart,Tokenizer --format json --output "$out/default-model.json"
    $sextant bench kernels --quick --mode bitwise --format json --output "$out/bits.json"
    if [ "$($sextant devices | grep -c '^opencl:0')" -gt 0 ]; then
        $sextant bench kernels --device opencl --quick --mode bitwise --format json --output "$out/bits-opencl.json"
        $sextant bench peak --device opencl --quick --format json --output "$out/peak-opencl.json"
    fi
    $sextant bench peak --quick --format json --output "$out/peak.json"
    keep bench/results/errors.txt $bench errors
fi
if [ "${2:-}" = --all ]; then
    keep "$out/families-1.txt" taskset -c 1 $bench families
    keep bench/results/index-1m-1024.txt $bench index
    eval_sets=$(for set in cacm cisi cranfield npl; do echo "--retrieval $SEXTANT_TESTDATA/eval/retrieval/$set"; done)
    { echo "sextant eval --recall --model tiny --retrieval cacm --retrieval cisi --retrieval cranfield --retrieval npl"
      echo "the model tiny (weights/default, 256 dimensions); $(date -u +%Y-%m-%d); figures do not depend on the machine"
      echo
      $sextant eval --recall --model tiny $eval_sets; } > bench/results/recall-of-codes.new
    mv bench/results/recall-of-codes.new bench/results/recall-of-codes.txt
fi
# Puts what a verb says of some files between two lines of a document.
put() {
    $sextant bench report "$1" $3 > "$out/block.tmp"
    awk -v begin="<!-- sextant bench report $1" -v end="$2" -v files="$3" -v tables="$out/block.tmp" '
        index($0, begin) == 1 { print begin " " files " -->"
            while ((getline line < tables) > 0) print line; skip = 1 }
        $0 == end { skip = 0 }
        !skip { print }' "$4" > "$out/document.tmp"
    mv "$out/document.tmp" "$4"
    rm "$out/block.tmp"
}
put --readme '<!-- end of the report -->' \
    "$(echo $(ls "$out"/{model-1,model-2,gemm,search,default-model,faiss-*,onnxruntime-*,llamacpp-*}.json))" \
    bench/results/README.md
put --headline '<!-- end of the headline -->' \
    "$(echo $(ls "$out"/{model-1,onnxruntime-*,llamacpp-*}.json))" README.md
put --figures '<!-- end of the figures -->' \
    "$(echo $(ls "$out"/bits*.json) bench/results/errors.txt bench/results/index-1m-1024.txt bench/results/recall-of-codes.txt)" \
    bench/results/README.md
