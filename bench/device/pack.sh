#!/usr/bin/env bash
# Packs what measures and proves a GPU into one archive, for a machine that has its driver and nothing else of ours: no
# .NET, no network. Runs on a machine with .NET's SDK, of the same system and processor.
#   bench/device/pack.sh [ARCHIVE.tar.xz]     default: sextant-device.tar.xz in the current folder
# There: tar xf sextant-device.tar.xz && sextant-device/bench/device/run.sh cuda:0 OUT
# SEXTANT_TESTDATA, where it is set, adds the fixtures of all families (24 MB, ten more in the archive).
set -euo pipefail
archive=$(realpath -m "${1:-sextant-device.tar.xz}")
cd "$(dirname "$0")/../.."
export DOTNET_NOLOGO=1
for project in src/Sextant.Cli bench/Sextant.Bench tests/Sextant.Gpu.Tests tests/Sextant.Ilgpu.Tests; do
    dotnet build $project --configuration Release --verbosity quiet
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
to=$work/sextant-device
mkdir -p "$to/app" "$to/bench/device" "$to/bench/peers" "$to/tests" "$to/kernels"
bin() { echo "$1/bin/Release/net10.0"; }
# One folder for all four. Without lists of dependencies, the host takes every assembly that lies there; what is left out
# is BenchmarkDotNet, which 'Sextant.Bench benchmarks' alone needs.
cp -r "$(bin src/Sextant.Cli)"/. "$to/app"
cp -r "$(bin tests/Sextant.Gpu.Tests)"/{Sextant.*.dll,Sextant.*.runtimeconfig.json,xunit*.dll} "$to/app"
cp "$(bin tests/Sextant.Ilgpu.Tests)"/{Sextant.Ilgpu.Tests.{dll,runtimeconfig.json},ILGPURuntime.dll} "$to/app"
cp "$(bin bench/Sextant.Bench)"/Sextant.Bench.{dll,runtimeconfig.json} "$to/app"
for needed in "$(bin tests/Sextant.Gpu.Tests)"/Microsoft.*.dll; do cp "$needed" "$to/app"; done
rm -rf "$to/app"/{runtimes,*.pdb,*.xml,*.deps.json,testhost*,Microsoft.VisualStudio*,Microsoft.CodeCoverage*}
# This machine's runtime, which needs no installation.
runtime=$(dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" && $2 ~ /^10\./ { version = $2; folder = $3 }
    END { gsub(/[][]/, "", folder); print folder "/" version }')
[ -d "$runtime" ] || { echo "no runtime of .NET 10 in 'dotnet --list-runtimes'" >&2; exit 1; }
root=$(dirname "$(dirname "$(dirname "$runtime")")")
version=$(basename "$runtime")
mkdir -p "$to/dotnet/shared/Microsoft.NETCore.App" "$to/dotnet/host/fxr"
cp "$root/dotnet" "$to/dotnet"
cp -r "$root/host/fxr/$version" "$to/dotnet/host/fxr"
cp -r "$runtime" "$to/dotnet/shared/Microsoft.NETCore.App"
rm -f "$to/dotnet/shared/Microsoft.NETCore.App/$version"/{createdump,libmscordaccore.so,libmscordbi.so,libclrgc.so} \
    "$to/dotnet/shared/Microsoft.NETCore.App/$version"/{libclrgcexp.so,libcoreclrtraceptprovider.so,Microsoft.VisualBasic.*}
# What the tests and the peer read.
cp Engine.sln "$to"
cp -r tests/fixtures "$to/tests"
cp -r kernels/gpu "$to/kernels" && rm -rf "$to/kernels/gpu/ptx"
cp -r bench/peers/pytorch "$to/bench/peers"
cp bench/device/run.sh "$to/bench/device"
if [ -n "${SEXTANT_TESTDATA:-}" ]; then
    mkdir -p "$to/testdata/golden" "$to/testdata/models"
    cp -r "$SEXTANT_TESTDATA/golden/models" "$to/testdata/golden"
    cp -r "$SEXTANT_TESTDATA/models/model2vec-rs-fixtures" "$to/testdata/models"
fi
{ echo "commit $(git rev-parse HEAD 2>/dev/null || echo unknown)$([ -z "$(git status --porcelain 2>/dev/null)" ] || echo ', changed')"
  echo "runtime $version, $(uname -sm)"; } > "$to/PACKED"
mkdir -p "$(dirname "$archive")"
tar -C "$work" -c sextant-device | xz -T0 -6 > "$archive"
echo "$archive: $(du -m "$archive" | cut -f1) MB, unpacked $(du -sm "$to" | cut -f1) MB"
