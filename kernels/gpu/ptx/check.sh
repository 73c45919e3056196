#!/usr/bin/env bash
# Compiles the CUDA kernels again and compares: byte by byte where clang is the recorded one, else by what instructions
# there are and how many of each.
set -euo pipefail
cd "$(dirname "$0")"
again=$(mktemp -d)
trap 'rm -rf "$again"' EXIT
./build.sh "$again"
counts() { grep -oE '^\s+(@%p[0-9]+ )?[a-z][a-z0-9_.]*' "$1" | sed -E 's/^\s+(@%p[0-9]+ )?//' | sort | uniq -c; }
for file in *.ptx; do
    if cmp -s clang-version "$again/clang-version"; then
        cmp "$file" "$again/$file" || {
            echo "$file is not what clang $(cat clang-version) makes of the sources: run kernels/gpu/ptx/build.sh"
            exit 1
        }
    else
        diff <(counts "$file") <(counts "$again/$file") ||
            {
                echo "$file was made by clang $(cat clang-version);" \
                    "clang $(cat "$again/clang-version") makes other instructions of the sources"
                exit 1
            }
    fi
    echo "$file: equal"
done
