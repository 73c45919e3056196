#!/usr/bin/env bash
# Records ONNX Runtime and FAISS beside us and puts the README's rows in order, on a quiet machine:
#   bench/peers/record.sh MACHINE [PROCESSOR]
# Needs node 20, python3-onnx and python3-faiss (bench/peers/README.md); onnxruntime-node is installed where it is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=${1:?the name of the folder under bench/results, such as xeon-emerald-rapids-2core}
processor=${2:-$(($(nproc) - 1))}
bench=bench/Sextant.Bench/bin/Release/net10.0/Sextant.Bench
runtime=bench/peers/onnxruntime
dotnet build bench/Sextant.Bench --configuration Release --verbosity quiet
[ -d $runtime/node_modules/onnxruntime-node ] || npm install --ignore-scripts --no-package-lock --prefix $runtime
model=$($bench write minilm f32)
[ -f "$model/fused.onnx" ] || /usr/bin/python3 $runtime/make_model.py "$model"
taskset -c "$processor" $bench peers onnxruntime minilm 1 "bench/results/$name"
taskset -c "$processor" $bench peers faiss 200000 384 "bench/results/$name"
bench/record.sh "$name" --readme-only
