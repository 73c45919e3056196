#!/usr/bin/env bash
# Compiles serve.c against the llama.cpp of node_modules: the libraries of @node-llama-cpp/linux-x64, and the headers of
# the same release, which node-llama-cpp carries as a git bundle. Needs git and a C compiler.
set -euo pipefail
cd "$(dirname "$0")"
bin=$PWD/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64
bundle=node_modules/node-llama-cpp/llama/gitRelease.bundle
[ -f "$bundle" ] || { echo "npm install --ignore-scripts --prefix $PWD" >&2; exit 1; }
release=$(sed -n 's/.*"release": *"\([^"]*\)".*/\1/p' node_modules/node-llama-cpp/llama/binariesGithubRelease.json)
[ -d node_modules/llama.cpp ] || git -c advice.detachedHead=false clone --quiet "$bundle" node_modules/llama.cpp
${CC:-cc} -std=c11 -O2 -Wall -Wextra -D_POSIX_C_SOURCE=200809L -DRELEASE="\"$release\"" -DLIBRARIES="\"$bin\"" \
    -I node_modules/llama.cpp/include -I node_modules/llama.cpp/ggml/include serve.c -o node_modules/serve \
    "$bin"/libllama.v*.so "$bin"/libggml.v*.so "$bin/libggml-base.so" -Wl,-rpath,"$bin"
