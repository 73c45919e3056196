using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using ILGPU.Runtime.Cuda;
using Sextant.Gpu;
using Sextant.Gpu.Cuda;
using Sextant.Gpu.Tests;

namespace Sextant.Ilgpu.Tests;

/// <summary>
/// <see cref="FakeCuda"/> as ILGPU sees it: what ILGPU asks of CUDA's driver, it answers by the same functions that
/// answer this project's own calls. ILGPU's kernels are run from the PTX that it loads, with the arguments as it lays
/// them out.
/// </summary>
internal sealed unsafe class FakeIlgpuCuda : OpenCudaApi.OpenCudaApi
{
    private static readonly Lazy<bool> s_isInPlace = new(Replace);
    private readonly ConcurrentDictionary<nint, int[]> _offsetsOfModule = [];
    private readonly ConcurrentDictionary<nint, int[]> _offsets = [];

    /// <summary>
    /// Puts it in the place of CUDA's driver in this process, once; skips the test where there is one.
    /// </summary>
    public static void Require()
    {
        if (!s_isInPlace.Value)
            Assert.Skip("CUDA's own driver is here, and ILGPU uses it.");
    }

    private static CudaApi Api => FakeCuda.Api;

    public override int DriverGetVersion(out int version)
    {
        fixed (int* to = &version)
            return Api.DriverGetVersion(to);
    }

    public override int DeviceGet(out int device, int ordinal)
    {
        fixed (int* to = &device)
            return Api.DeviceGet(to, ordinal);
    }

    public override int DeviceGetCount(out int count)
    {
        fixed (int* to = &count)
            return Api.DeviceGetCount(to);
    }

    // As cuda.h numbers them: what a group may be, the warp, what a multiprocessor has.
    public override int DeviceGetAttribute(out int value, int attribute, int device)
    {
        value = attribute switch
        {
            1 or 2 or 3 => 1024,
            4 => 64,
            5 => int.MaxValue,
            6 or 7 => 65535,
            8 => 48 << 10,
            9 => 64 << 10,
            10 => 32,
            12 or 82 => 64 << 10,
            39 => 2048,
            81 => 228 << 10,
            _ => 0,
        };
        if (value != 0)
            return 0;
        fixed (int* to = &value)
            return Api.DeviceGetAttribute(to, attribute, device);
    }

    public override int CtxCreate(out nint context, int device) => FakeCuda.CtxCreate(out context, device);

    public override int CtxDestroy(nint context) => FakeCuda.CtxDestroy(context);

    public override int CtxSetCurrent(nint context) => Api.CtxSetCurrent(context);

    public override int MemAlloc(out nint address, nint bytes)
    {
        fixed (nint* to = &address)
            return Api.MemAlloc(to, (nuint)bytes);
    }

    public override int MemFree(nint address) => Api.MemFree(address);

    public override int MemAllocHost(out nint memory, nint bytes)
    {
        fixed (nint* to = &memory)
            return Api.MemHostAlloc((void**)to, (nuint)bytes, 0);
    }

    public override int MemFreeHost(nint memory) => Api.MemFreeHost((void*)memory);

    public override int HostRegister(nint memory, nint bytes) => FakeCuda.MemHostRegister(memory, bytes);

    public override int HostUnregister(nint memory) => FakeCuda.MemHostUnregister(memory);

    public override int MemcpyAsync(nint to, nint from, nint bytes, nint stream) => FakeCuda.IsOfDevice(to)
        ? Api.MemcpyHtoDAsync(to, (void*)from, (nuint)bytes, stream)
        : Api.MemcpyDtoHAsync((void*)to, from, (nuint)bytes, stream);

    public override int StreamCreate(out nint stream, int flags)
    {
        fixed (nint* to = &stream)
            return Api.StreamCreate(to, (uint)flags);
    }

    public override int StreamDestroy(nint stream) => Api.StreamDestroy(stream);

    public override int StreamSynchronize(nint stream) => Api.StreamSynchronize(stream);

    public override int ModuleLoadData(out nint module, string text)
    {
        string head = text[..text.IndexOf(".address_size", StringComparison.Ordinal)];
        (string adapted, int[] offsets) = PtxKernel.Adapt(text);
        int code;
        fixed (nint* to = &module)
        fixed (byte* image = Encoding.ASCII.GetBytes($"{head}.address_size 64\n{adapted}\0"))
            code = Api.ModuleLoadDataEx(to, image, 0, null, null);
        if (code == 0)
            _offsetsOfModule[module] = offsets;
        return code;
    }

    public override int ModuleUnload(nint module) => Api.ModuleUnload(module);

    public override int ModuleGetFunction(out nint function, nint module, string name)
    {
        int code;
        fixed (nint* to = &function)
        fixed (byte* text = Encoding.ASCII.GetBytes(name + "\0"))
            code = Api.ModuleGetFunction(to, module, text);
        if (code == 0)
            _offsets[function] = _offsetsOfModule[module];
        return code;
    }

    public override int LaunchKernel(
        nint function, (int X, int Y, int Z) groups, (int X, int Y, int Z) items, int sharedBytes, nint stream,
        nint parameters, nint extra)
    {
        int[] offsets = _offsets[function];
        byte* structure;
        int size;
        if (parameters != 0)
        {
            structure = *(byte**)parameters;
            size = offsets.Length == 0 ? 0 : offsets[^1] + sizeof(int);
        }
        else
        {
            // Keys and values, ended by 0: 1 is where the arguments are, 2 where the number of their bytes is.
            var pairs = (nint*)extra;
            if (pairs[0] != 1 || pairs[2] != 2 || pairs[4] != 0)
                return 1;
            structure = (byte*)pairs[1];
            size = checked((int)*(nint*)pairs[3]);
        }
        // The last argument may be one of four bytes; each is read as eight.
        var padded = new byte[size + sizeof(ulong)];
        new Span<byte>(structure, size).CopyTo(padded);
        fixed (byte* first = padded)
        {
            void** each = stackalloc void*[offsets.Length];
            for (int i = 0; i < offsets.Length; i++)
            {
                if (offsets[i] >= size)
                    return 1;
                each[i] = first + offsets[i];
            }
            return Api.LaunchKernel(
                function, (uint)groups.X, (uint)groups.Y, (uint)groups.Z, (uint)items.X, (uint)items.Y, (uint)items.Z,
                (uint)sharedBytes, stream, each, null);
        }
    }

    private static bool Replace()
    {
        if (NativeLibraries.Open(NativeLibraries.Cuda) != 0)
            return false;
        Current(null!) = new FakeIlgpuCuda();
        return true;
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "<CurrentAPI>k__BackingField")]
    private static extern ref CudaAPI Current(CudaAPI of);
}
