#!/bin/sh
# The whole recipe: corpus and evaluation data in, model folder and its card out. A stage whose file is there is not
# run again; WORK lies outside the tree.
#
#   weights/train/train.sh TEACHER CORPUS EVAL WORK MODEL FIXTURE
#
# TEACHER  the folder of all-MiniLM-L6-v2, as the build converts it (weights/minilm/model)
# CORPUS   passages-*.jsonl.gz and pairs-*.jsonl.gz     EVAL   sts/ and retrieval/
# MODEL    the folder to write (weights/default)        FIXTURE   tests/fixtures/default-model
# SEXTANT  the tool that runs the teacher (sextant).    PYTHON   the interpreter (python3), with torch and numpy.
# ENGINE   for the card: what `sextant eval --codes binary --rescore 200` printed of the four retrieval sets.
set -eu
if [ $# -ne 6 ]; then
    sed -n '2,12p' "$0"
    exit 2
fi
teacher=$1 corpus=$2 data=$3 work=$4 model=$5 fixture=$6
python=${PYTHON:-python3}
here=$(dirname "$0")
mkdir -p "$work"
# OpenBLAS 0.3.21 takes a processor newer than itself for the oldest one and is six times slower then; the reference
# BLAS that Debian installs beside PyTorch is twenty times slower. Threads that wait must not spin on a shared machine.
if grep -q avx512f /proc/cpuinfo 2>/dev/null; then
    export OPENBLAS_CORETYPE="${OPENBLAS_CORETYPE:-SkylakeX}"
fi
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-PASSIVE}"
step() {
    name=$1
    shift
    echo "== $name"
    "$python" "$here/$name.py" "$@"
}
[ -f "$work/ids.npz" ] || step texts --corpus "$corpus" --sts "$data/sts" --vocabulary "$teacher/vocab.txt" \
    --work "$work"
[ -f "$work/vectors.npy" ] || "${SEXTANT:-sextant}" embed --model "$teacher" --input "$work/texts.jsonl" \
    --precision int8 --format npy --output "$work/vectors.npy"
[ -f "$work/words.pt" ] || step distil_words --work "$work"
[ -f "$work/encoder.pt" ] || step distil_layers --work "$work"
step export --checkpoint "$work/encoder.pt" --vocabulary "$work/vocab.txt" --out "$model"
step evaluate --model "$model" --data "$data" --out "$work/evaluation.txt"
step fixture --model "$model" --out "$fixture"
step card --model "$model" --work "$work" --corpus "$corpus" ${ENGINE:+--engine "$ENGINE"}
