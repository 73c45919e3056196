using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Sextant.Gpu.Cuda;

namespace Sextant.Gpu.Tests;

/// <summary>The functions themselves.</summary>
internal sealed unsafe partial class FakeCuda
{
    private static CudaApi MakeApi() => new()
    {
        Init = &Init,
        DriverGetVersion = &DriverGetVersion,
        DeviceGetCount = &DeviceGetCount,
        DeviceGet = &DeviceGet,
        DeviceGetName = &DeviceGetName,
        DeviceTotalMem = &DeviceTotalMem,
        DeviceGetAttribute = &DeviceGetAttribute,
        DevicePrimaryCtxRetain = &DevicePrimaryCtxRetain,
        DevicePrimaryCtxRelease = &DevicePrimaryCtxRelease,
        DevicePrimaryCtxReleaseOld = &DevicePrimaryCtxReleaseOld,
        CtxSetCurrent = &CtxSetCurrent,
        ModuleLoadDataEx = &ModuleLoadDataEx,
        ModuleUnload = &ModuleUnload,
        ModuleGetFunction = &ModuleGetFunction,
        FuncGetAttribute = &FuncGetAttribute,
        FuncSetAttribute = &FuncSetAttribute,
        MemAlloc = &MemAlloc,
        MemFree = &MemFree,
        MemHostAlloc = &MemHostAlloc,
        MemFreeHost = &MemFreeHost,
        MemcpyHtoDAsync = &MemcpyHtoDAsync,
        MemcpyDtoHAsync = &MemcpyDtoHAsync,
        StreamCreate = &StreamCreate,
        StreamDestroy = &StreamDestroy,
        StreamSynchronize = &StreamSynchronize,
        EventCreate = &EventCreate,
        EventRecord = &EventRecord,
        EventElapsedTime = &EventElapsedTime,
        EventDestroy = &EventDestroy,
        LaunchKernel = &LaunchKernel,
        GetErrorName = &GetErrorName,
        GraphCreate = &GraphCreate,
        GraphAddKernelNode = &GraphAddKernelNode,
        GraphInstantiateWithFlags = &GraphInstantiateWithFlags,
        GraphLaunch = &GraphLaunch,
        GraphExecDestroy = &GraphExecDestroy,
        GraphDestroy = &GraphDestroy,
    };

    private static int Init(uint flags) => Enter("cuInit", false);

    private static int DriverGetVersion(int* version)
    {
        *version = s_now!.Version;
        return Enter("cuDriverGetVersion", false);
    }

    private static int DeviceGetCount(int* count)
    {
        *count = s_now!.Devices;
        return Enter("cuDeviceGetCount", false);
    }

    private static int DeviceGet(int* device, int ordinal)
    {
        *device = ordinal;
        return Enter("cuDeviceGet", false);
    }

    private static int DeviceGetName(byte* name, int length, int device)
    {
        Write(name, length, "a fake");
        return Enter("cuDeviceGetName", false);
    }

    private static int DeviceTotalMem(nuint* bytes, int device)
    {
        *bytes = (nuint)s_now!.Memory;
        return Enter("cuDeviceTotalMem", false);
    }

    private static int DeviceGetAttribute(int* value, int attribute, int device)
    {
        *value = attribute switch
        {
            75 => s_now!.Capability / 10,
            76 => s_now!.Capability % 10,
            16 => 4,
            _ => -1,
        };
        return Enter("cuDeviceGetAttribute", false);
    }

    private static int DevicePrimaryCtxRetain(nint* context, int device)
    {
        int code = Enter("cuDevicePrimaryCtxRetain", false);
        if (code == 0)
        {
            *context = TheContext;
            s_now!.Alive++;
        }
        return code;
    }

    private static int DevicePrimaryCtxRelease(int device)
    {
        s_now!.Alive--;
        return Enter("cuDevicePrimaryCtxRelease", false);
    }

    private static int DevicePrimaryCtxReleaseOld(int device)
    {
        s_now!.Alive--;
        return Enter("cuDevicePrimaryCtxReleaseOld", false);
    }

    private static int CtxSetCurrent(nint context)
    {
        int code = Enter("cuCtxSetCurrent", false);
        if (code == 0)
            t_context = context;
        return code;
    }

    private static int ModuleLoadDataEx(nint* module, void* image, uint options, int* names, void** values)
    {
        int code = Enter("cuModuleLoadDataEx");
        if (code == 218)
        {
            // The compiler writes to the buffer that the options name.
            Assert.Equal(2u, options);
            Assert.Equal((5, 6), (names[0], names[1]));
            Write((byte*)values[0], (int)values[1], "ptxas error   : something on line 12\n");
        }
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        if (now.Refuses(Text(image)) is var refusal and not 0)
            return refusal;
        lock (now._lock)
        {
            *module = now.Make();
            now._images[*module] = Signatures(Text(image));
        }
        return 0;
    }

    private static int ModuleUnload(nint module)
    {
        int code = Enter("cuModuleUnload");
        if (code == 0)
            s_now!.Alive--;
        return code;
    }

    private static int ModuleGetFunction(nint* function, nint module, byte* name)
    {
        int code = Enter("cuModuleGetFunction");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (!now._images.TryGetValue(module, out Dictionary<string, (int[] Sizes, int Group)>? image))
                return 400;
            if (!image.TryGetValue(Text(name), out (int[] Sizes, int Group) found))
                return 500;
            now._functions.Add((Text(name), found.Sizes, found.Group));
            *function = now._functions.Count;
        }
        return 0;
    }

    private static int FuncGetAttribute(int* value, int attribute, nint function)
    {
        *value = 0;
        return Enter("cuFuncGetAttribute");
    }

    // Of all attributes only the largest dynamic shared memory (8) is set here; a GPU of 9.0 has 227 KiB for a group.
    private static int FuncSetAttribute(nint function, int attribute, int value)
    {
        int code = Enter("cuFuncSetAttribute");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            if (attribute != 8 || value < 0 || value > 227 << 10)
                return 1;
            s_now._sharedBytes[function] = value;
        }
        return 0;
    }

    private static int MemAlloc(nint* address, nuint bytes)
    {
        int code = Enter("cuMemAlloc");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (bytes == 0)
                return 1;
            if (now.Given + (long)bytes > now.Memory)
                return 2;
            now.Given += (long)bytes;
            nint handle = now._executor is null ? 1 : now._executor.Allocate((long)bytes);
            *address = (nint)now._nextAddress;
            now._blocks.Add(now._nextAddress, (handle, (long)bytes));
            now._nextAddress += ((long)bytes + 1023) & ~511L; // a gap behind each
        }
        return 0;
    }

    private static int MemFree(nint address)
    {
        int code = Enter("cuMemFree");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (!now._blocks.TryGetValue(address, out (nint Handle, long Bytes) block))
                return 1;
            foreach (nint stream in now._streams.Keys)
                now.Run(stream);
            now._queue?.Finish();
            now._executor?.Free(block.Handle);
            now.Given -= block.Bytes;
            now._blocks.Remove(address);
        }
        return 0;
    }

    private static int MemHostAlloc(void** memory, nuint bytes, uint flags)
    {
        int code = Enter("cuMemHostAlloc");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            *memory = NativeMemory.Alloc(bytes);
            s_now._pinned.Add((nint)(*memory), (long)bytes);
        }
        return 0;
    }

    private static int MemFreeHost(void* memory)
    {
        int code = Enter("cuMemFreeHost");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            if (!s_now._pinned.Remove((nint)memory))
                return 1;
            NativeMemory.Free(memory);
        }
        return 0;
    }

    private static int MemcpyHtoDAsync(nint to, void* from, nuint bytes, nint stream) =>
        Transfer("cuMemcpyHtoDAsync", to, (nint)from, (long)bytes, stream, true);

    private static int MemcpyDtoHAsync(void* to, nint from, nuint bytes, nint stream) =>
        Transfer("cuMemcpyDtoHAsync", from, (nint)to, (long)bytes, stream, false);

    private static int Transfer(string name, nint address, nint memory, long bytes, nint stream, bool up)
    {
        int code = Enter(name);
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (!now._streams.ContainsKey(stream))
                return 400;
            if (!now.Find(address, bytes, out nint handle, out long offset) || !now.IsPinned(memory, bytes))
                return 1;
            now.Copy(stream, handle, offset, memory, bytes, up);
        }
        return 0;
    }

    private static int StreamCreate(nint* stream, uint flags)
    {
        int code = Enter("cuStreamCreate");
        if (code != 0)
            return code;
        if (flags != 1)
            return 1;
        lock (s_now!._lock)
        {
            *stream = s_now.Make();
            s_now._streams.Add(*stream, []);
        }
        return 0;
    }

    private static int StreamDestroy(nint stream)
    {
        int code = Enter("cuStreamDestroy");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            s_now.Alive--;
            return s_now._streams.Remove(stream) ? 0 : 400;
        }
    }

    private static int StreamSynchronize(nint stream)
    {
        int code = Enter("cuStreamSynchronize");
        if (code != 0)
            return code;
        lock (s_now!._lock)
            s_now.Run(stream);
        return 0;
    }

    private static int EventCreate(nint* created, uint flags)
    {
        int code = Enter("cuEventCreate");
        if (code == 0)
            *created = s_now!.Make();
        return code;
    }

    private static int EventRecord(nint recorded, nint stream) => Enter("cuEventRecord");

    private static int EventElapsedTime(float* milliseconds, nint start, nint end)
    {
        *milliseconds = start < end ? 2f : -1f;
        return Enter("cuEventElapsedTime");
    }

    private static int EventDestroy(nint done)
    {
        s_now!.Alive--;
        return Enter("cuEventDestroy");
    }

    private static int LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes,
        nint stream, void** parameters, void** extra)
    {
        int code = Enter("cuLaunchKernel");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (!now._streams.ContainsKey(stream))
                return 400;
            if (now.Read(function, gridX, blockX, gridY * gridZ * blockY * blockZ, sharedBytes, parameters)
                is not { } start)
            {
                return 1;
            }
            now.Add(stream, start);
        }
        return 0;
    }

    private static int GetErrorName(int error, byte** name)
    {
        *name = s_errorName;
        return 0;
    }

    private static int GraphCreate(nint* graph, uint flags)
    {
        int code = Enter("cuGraphCreate");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            *graph = s_now.Make();
            s_now._graphs.Add(*graph, []);
        }
        return 0;
    }

    private static int GraphAddKernelNode(
        nint* node, nint graph, nint* dependencies, nuint dependencyCount, CudaKernelNode* parameters)
    {
        int code = Enter("cuGraphAddKernelNode");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            List<Start> nodes = now._graphs[graph];
            // A chain: the first depends on nothing, each other on the one before it.
            if (nodes.Count == 0 ? dependencyCount != 0 : dependencyCount != 1 || dependencies[0] != now._lastNodes[graph])
                return 1;
            CudaKernelNode given = *parameters;
            if (now.Read(
                    given.Function, given.GridX, given.BlockX, given.GridY * given.GridZ * given.BlockY * given.BlockZ,
                    given.SharedBytes, given.Parameters) is not { } start)
            {
                return 1;
            }
            nodes.Add(start);
            *node = now._lastNodes[graph] = now.Make(0);
        }
        return 0;
    }

    private static int GraphInstantiateWithFlags(nint* executable, nint graph, ulong flags)
    {
        int code = Enter("cuGraphInstantiateWithFlags");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            *executable = s_now.Make();
            s_now._graphs.Add(*executable, [.. s_now._graphs[graph]]);
        }
        return 0;
    }

    private static int GraphLaunch(nint executable, nint stream)
    {
        int code = Enter("cuGraphLaunch");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            List<Start> nodes = now._graphs[executable];
            for (int i = 0; i < nodes.Count; i++)
                now.Add(stream, nodes[i]);
        }
        return 0;
    }

    private static int GraphExecDestroy(nint executable) => DestroyGraph("cuGraphExecDestroy", executable);

    private static int GraphDestroy(nint graph) => DestroyGraph("cuGraphDestroy", graph);

    private static int DestroyGraph(string name, nint graph)
    {
        int code = Enter(name);
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            s_now.Alive--;
            return s_now._graphs.Remove(graph) ? 0 : 400;
        }
    }

    private static readonly byte* s_errorName = (byte*)Marshal.StringToCoTaskMemUTF8("CUDA_ERROR_BY_ITS_NAME");

    private readonly Dictionary<nint, Dictionary<string, (int[] Sizes, int Group)>> _images = [];
    private readonly Dictionary<nint, int> _sharedBytes = [];

    // Of every kernel: bytes of each parameter, and the items of a group where it has said how many.
    private static Dictionary<string, (int[] Sizes, int Group)> Signatures(string ptx)
    {
        var found = new Dictionary<string, (int[], int)>();
        foreach (Match entry in Entry().Matches(ptx))
        {
            int[] sizes =
                [.. Parameter().Matches(entry.Groups[2].Value).Select(p => p.Groups[1].Value == "64" ? 8 : 4)];
            found.Add(
                entry.Groups[1].Value,
                (sizes, entry.Groups[3].Success ? int.Parse(entry.Groups[3].Value, CultureInfo.InvariantCulture) : 0));
        }
        return found;
    }

    [GeneratedRegex(@"\.entry (\w+)\(([^)]*)\)\s*(?:\.maxntid (\d+))?")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\.param \.[a-z](\d+)")]
    private static partial Regex Parameter();
}
