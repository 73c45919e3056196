#!/bin/sh
# The whole recipe: corpus and evaluation data in, model folder and its card out. A run that was cut goes on from its
# last checkpoint in WORK; WORK lies outside the tree.
#
#   weights/train/train.sh CORPUS EVAL WORK MODEL FIXTURE
#
# CORPUS   passages-*.jsonl.gz and pairs-*.jsonl.gz     EVAL   sts/ and retrieval/
# MODEL    the folder to write (weights/default)        FIXTURE   tests/fixtures/default-model
# PYTHON   the interpreter (python3), with torch and numpy. HOLD   a file; training waits while it exists.
# ENGINE   for the card: what `sextant eval --codes binary --rescore 200` printed of the four retrieval sets.
set -eu
if [ $# -ne 5 ]; then
    sed -n '2,10p' "$0"
    exit 2
fi
corpus=$1 data=$2 work=$3 model=$4 fixture=$5
python=${PYTHON:-python3}
hold=${HOLD:-}
here=$(dirname "$0")
mkdir -p "$work"
vocabulary=$work/vocab.txt
# OpenBLAS 0.3.21 takes a processor newer than itself for the oldest one and is six times slower then.
if grep -q avx512f /proc/cpuinfo 2>/dev/null; then
    export OPENBLAS_CORETYPE="${OPENBLAS_CORETYPE:-SkylakeX}"
fi
step() {
    name=$1
    shift
    echo "== $name"
    "$python" "$here/$name.py" "$@"
}
[ -f "$vocabulary" ] || step vocabulary --corpus "$corpus" --sts "$data/sts" --out "$vocabulary"
[ -f "$work/passages.npz" ] || step encode --corpus "$corpus" --vocabulary "$vocabulary" --work "$work"
[ -f "$work/start.pt" ] || step cooccurrence --vocabulary "$vocabulary" --work "$work"
words() {
    [ -f "$work/$1" ] || step train_words --vocabulary "$vocabulary" --work "$work" --sts "$data/sts" --hold "$hold" \
        --out "$1" --steps "$2" --rate "$3"
}
words words-1.pt 3000 0.01
words words-2.pt 5500 0.04
[ -f "$work/first.pt" ] || step train_encoder --vocabulary "$vocabulary" --work "$work" --sts "$data/sts" \
    --hold "$hold" --words words-1.pt words-2.pt --out first.pt --steps 400 --stop 300
step weigh --work "$work" --checkpoint first.pt --power 4 --out encoder.pt
step export --checkpoint "$work/encoder.pt" --vocabulary "$vocabulary" --out "$model"
step evaluate --model "$model" --data "$data" --out "$work/evaluation.txt"
step fixture --model "$model" --out "$fixture"
step card --model "$model" --work "$work" --corpus "$corpus" ${ENGINE:+--engine "$ENGINE"}
