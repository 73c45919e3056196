#!/usr/bin/env bash
# Proves and measures a device, in one command that ends within nine minutes, from the archive of pack.sh:
#   bench/device/run.sh DEVICE OUT [STEP...]      DEVICE: cuda:N, opencl:N, ilgpu:cuda:N or ilgpu:opencl:N; OUT: a folder for the results
# Correctness first, then figures; each step has a time limit of its own, and one that fails does not stop the others. OUT
# receives at most eight files: report.txt (everything that was said; its end, which is printed too, is a table of goals)
# and the records of the measurements. Exit code: 0 where every step that ran succeeded.
# Steps: devices suite verify memcheck peak kernels mma scan model peers races. PyTorch and compute-sanitizer are used where
# they are on the PATH (SEXTANT_PYTHON names another Python). SEXTANT_BUDGET: seconds for all of it, 530.
set -uo pipefail
device=${1:?the device: cuda:0, opencl:0 (sextant devices)}
out=$(mkdir -p "${2:?a folder for the results}" && cd "$2" && pwd)
shift 2
here=$(cd "$(dirname "$0")/../.." && pwd)
steps=${*:-devices suite verify memcheck peak kernels mma scan model peers races}
report=$out/report.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
end=$((SECONDS + ${SEXTANT_BUDGET:-530}))
: > "$report"

# In the archive .NET lies beside; in a checkout that is built, it is the machine's own.
if [ -d "$here/app" ]; then
    export DOTNET_ROOT=$here/dotnet
    dotnet=$here/dotnet/dotnet
    sextant=$here/app/Sextant.Cli.dll bench=$here/app/Sextant.Bench.dll tests=$here/app/Sextant.Gpu.Tests.dll
else
    dotnet=dotnet
    sextant=$here/src/Sextant.Cli/bin/Release/net10.0/Sextant.Cli.dll
    bench=$here/bench/Sextant.Bench/bin/Release/net10.0/Sextant.Bench.dll
    tests=$here/tests/Sextant.Gpu.Tests/bin/Release/net10.0/Sextant.Gpu.Tests.dll
fi
# No system libraries for cultures, no diagnostics sockets; temporary models and what the driver compiles go to one place.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_EnableDiagnostics=0 DOTNET_NOLOGO=1 TMPDIR=$work
export CUDA_CACHE_PATH=$work/cuda SEXTANT_CACHE=$work/opencl
export SEXTANT_TEST_DEVICE=$device
if [ -z "${SEXTANT_TESTDATA:-}" ] && [ -d "$here/testdata" ]; then export SEXTANT_TESTDATA=$here/testdata; fi
# Through ILGPU the figures are taken in turns with those of the hand-written kernels on the same device, which bound them.
direct=${device#ilgpu:} ilgpu= beside=
[ "$direct" = "$device" ] || { ilgpu=1; beside="--device $direct"; tests=${tests//Sextant.Gpu.Tests/Sextant.Ilgpu.Tests}; }
cuda=; [ "${device%%:*}" = cuda ] && cuda=1
# Whether it is a GPU of NVIDIA, by either way: large shapes, and fast mode.
large=; [ "${direct%%:*}" = cuda ] && large=1

say() { printf '%s\n' "$*" | tee -a "$report"; }
declare -A status
order=()
# NAME LIMIT COMMAND...: at most LIMIT seconds, and no more than are left.
step() {
    local name=$1 limit=$2 start=$SECONDS left=$((end - SECONDS)) code
    shift 2
    order+=("$name")
    [ "$limit" -gt "$left" ] && limit=$left
    if [ "$limit" -lt 5 ]; then status[$name]="left out: no time left"; say "== $name: ${status[$name]}"; return 1; fi
    say "== $name (at most $limit s): $*"
    timeout -k 5 "$limit" "$@" > "$work/said" 2>&1
    code=$?
    sed -e 's/\x1b\[[0-9;]*m//g' "$work/said" >> "$report"
    case $code in
        0) status[$name]="ok" ;;
        124 | 137) status[$name]="ended after $limit s" ;;
        *) status[$name]="failed ($code)" ;;
    esac
    status[$name]+=", $((SECONDS - start)) s"
    grep -aE 'Total: [0-9]|WRONG|differs|ERROR SUMMARY|warning: |\[FAIL\]|left out:' "$work/said" | tail -12
    [ $code = 0 ] || tail -n 5 "$work/said"
    say "-- $name: ${status[$name]}"
    return $code
}
absent() { order+=("$1"); status[$1]="left out: $2"; say "== $1: ${status[$1]}"; }
sx() { echo "$dotnet" "$sextant"; }
wanted() { [[ " $steps " == *" $1 "* ]]; }
suite() { echo "$dotnet" "$tests" -noColor -maxThreads 4 "$@"; }
record() { echo "--device $device $beside --quick --format json --output $out/$1"; }

say "$(date -u +%Y-%m-%dT%H:%M:%SZ) $device, $(nproc) processors, $(cat "$here/PACKED" 2>/dev/null | tr '\n' ';')"
command -v nvidia-smi > /dev/null && nvidia-smi --query-gpu=index,name,driver_version,memory.total,mig.mode.current \
    --format=csv,noheader 2>&1 | tee -a "$report"
env | grep -E '^(CUDA_|SEXTANT_|NVIDIA_|LD_LIBRARY_PATH)' | sort >> "$report"

# What ends a context or hangs in the check of wgmma would end every step behind it: then without.
if wanted devices && ! step devices 90 $(sx) devices && [ -n "$cuda" ]; then
    export SEXTANT_CUDA_WGMMA=0
    say "products by wgmma are left out from here on (SEXTANT_CUDA_WGMMA=0)"
    step devices-without-wgmma 60 $(sx) devices
fi
if [ -n "$cuda" ] && grep -q 'while products by wgmma were checked' "$report"; then
    export SEXTANT_CUDA_WGMMA=0
    say "the check of wgmma ended the context: SEXTANT_CUDA_WGMMA=0 from here on"
fi

classes=(-class '*.DeviceBackendTests' -class '*.DeviceItemKernelTests'
    -class '*.DeviceModelTests' -class '*.DeviceHeadTests' -class '*.DeviceBinaryIndexTests' -class '*.DeviceIndexTests'
    -class '*.DeviceRowsTests')
[ -n "$ilgpu" ] || classes+=(-class '*.DeviceKernelTests' -class '*.DeviceBenchTests')
[ -n "$cuda" ] && classes+=(-class '*.FastProductTests' -class '*.WideProductTests' -class '*.FastAttentionTests'
    -class '*.FastRowTests' -class '*.FastModelTests')
wanted suite && step suite 150 $(suite "${classes[@]}")
wanted verify && step verify 60 $(sx) verify

sanitize() { # TOOL LIMIT
    if [ -n "$ilgpu" ]; then absent "$1" "it is for the hand-written kernels"
    elif [ -z "$cuda" ]; then absent "$1" "$device is no CUDA device"
    elif ! command -v compute-sanitizer > /dev/null; then absent "$1" "compute-sanitizer is not on the PATH"
    else
        step "$1" "$2" compute-sanitizer --tool "$1" --target-processes all --error-exitcode 9 \
            $(suite -method '*.DeviceKernelTests.EveryKernelStarts')
    fi
}
wanted memcheck && sanitize memcheck 75

wanted peak && [ -z "$ilgpu" ] && step peak 45 $(sx) bench peak $(record peak.json)
if wanted kernels; then
    printf 'gemm %s\n' 4096,4096,4096 8192,8192,8192 32,384,384 > "$work/shapes"
    echo 'attention 32,128,12,64' >> "$work/shapes"
    [ -n "$large" ] || printf 'gemm 256,256,256\nattention 4,64,12,32\n' > "$work/shapes"
    step kernels 90 $(sx) bench kernels --op gemm,attention --variant f32,full --shapes "$work/shapes" \
        --precision exact${large:+,fast} $(record kernels.json)
fi
if wanted mma; then
    if [ -z "$cuda" ]; then absent mma "$device is no CUDA device"
    else
        SEXTANT_CUDA_WGMMA=0 step mma 45 $(sx) bench kernels --op gemm --variant f32 --precision fast \
            --shape 8192,8192,8192 $(record kernels-mma.json)
    fi
fi
if wanted scan; then
    codes=10000000
    [ -n "$large" ] || codes=100000
    step scan 45 $(sx) bench kernels --op hamming --shape $codes,1024,1 $(record scan.json)
fi
if wanted model; then
    grid=32x128,256x128,64x512,1x32 shapes=bge-base,minilm precision=${large:+fast}
    [ -n "$large" ] || { grid=1x32,4x32 shapes=minilm; }
    step model 75 $(sx) bench model --shape $shapes --scenario Grid --grid $grid --precision "${precision:-exact}" \
        $(record model.json)
    # Eight files are enough: this record stands in the report.
    [ -n "$cuda" ] && SEXTANT_CUDA_GRAPHS=0 step no-graphs 30 $(sx) bench model --shape minilm --scenario Grid \
        --grid 1x32 --precision fast $(record model.json | sed "s|--output.*|--output $work/no-graphs.json|") &&
        cat "$work/no-graphs.json" >> "$report"
fi
if wanted peers; then
    python=
    for one in ${SEXTANT_PYTHON:-} python3 /usr/bin/python3; do
        if "$one" -c 'import torch, numpy' 2> /dev/null; then python=$one; break; fi
    done
    batches="minilm:1x32 bge-base:32x128,256x128,64x512"
    [ -n "$large" ] || batches=minilm:1x32
    if [ -z "$python" ]; then absent peers "no Python here has torch and numpy"
    else
        SEXTANT_PYTHON=$python step peers 200 "$dotnet" "$bench" device-peers "$device" "$out" $batches
    fi
fi
if wanted races; then
    for tool in racecheck synccheck initcheck; do sanitize $tool 60; done
fi

say ""
say "steps: $(for name in "${order[@]}"; do printf '%s: %s; ' "$name" "${status[$name]}"; done)"
records=
for file in "$out"/*.json "$work"/no-graphs.json; do
    [ -f "$file" ] || continue
    if said=$("$dotnet" "$sextant" bench report "$file" 2>&1 > /dev/null); then records+=" $file"; else say "$said"; fi
done
if [ -n "$records" ]; then
    "$dotnet" "$sextant" bench report --targets $records 2>&1 | tee -a "$report"
else
    say "no record was made"
fi
for name in "${order[@]}"; do
    [[ ${status[$name]} == ok* || ${status[$name]} == "left out: "* ]] || exit 1
done
