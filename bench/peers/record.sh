#!/usr/bin/env bash
# Records ONNX Runtime, llama.cpp and FAISS beside us and puts the README's rows in order, on a quiet machine:
#   bench/peers/record.sh MACHINE [PROCESSOR]
# Needs node 20, git, a C compiler, python3-onnx and python3-faiss (bench/peers/README.md); the packages of node are installed
# where they are missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=${1:?the name of the folder under bench/results, such as xeon-emerald-rapids-2core}
processor=${2:-$(($(nproc) - 1))}
bench=bench/Sextant.Bench/bin/Release/net10.0/Sextant.Bench
runtime=bench/peers/onnxruntime
llama=bench/peers/llamacpp
dotnet build bench/Sextant.Bench --configuration Release --verbosity quiet
[ -d $runtime/node_modules/onnxruntime-node ] || npm install --ignore-scripts --no-package-lock --prefix $runtime
model=$($bench write minilm f32)
[ -f "$model/fused.onnx" ] || /usr/bin/python3 $runtime/make_model.py "$model"
[ -d $llama/node_modules/node-llama-cpp ] || npm install --ignore-scripts --no-package-lock --prefix $llama
[ -x $llama/node_modules/serve ] || $llama/build.sh
[ -f "$model/f32.gguf" ] || python3 $llama/make_model.py "$model"
taskset -c "$processor" $bench peers onnxruntime minilm 1 "bench/results/$name"
for type in llamacpp llamacpp-bf16; do
    taskset -c "$processor" $bench peers $type minilm 1 "bench/results/$name"
done
taskset -c "$processor" $bench peers faiss 200000 384 "bench/results/$name"
bench/record.sh "$name" --readme-only
