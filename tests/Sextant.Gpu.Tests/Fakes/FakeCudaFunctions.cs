using System.Runtime.InteropServices;
using Sextant.Gpu.Cuda;

namespace Sextant.Gpu.Tests;

/// <summary>The table of the functions, and those that ask what there is.</summary>
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

    // A device is not its number.
    private const int FirstDevice = 1000;

    private static int DeviceGet(int* device, int ordinal)
    {
        int code = Enter("cuDeviceGet", false);
        *device = FirstDevice + ordinal;
        return code == 0 && !IsDevice(*device) ? 101 : code;
    }

    private static int DeviceGetName(byte* name, int length, int device)
    {
        Write(name, length, "a fake");
        return OfDevice("cuDeviceGetName", device);
    }

    private static int DeviceTotalMem(nuint* bytes, int device)
    {
        *bytes = (nuint)s_now!.Memory;
        return OfDevice("cuDeviceTotalMem", device);
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
        return OfDevice("cuDeviceGetAttribute", device);
    }

    // The first holder makes the context, the last one ends it: what is not given back by then goes with it, and its
    // handle is nothing from then on.
    private static int DevicePrimaryCtxRetain(nint* context, int device)
    {
        int code = OfDevice("cuDevicePrimaryCtxRetain", device);
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (now._holders++ == 0)
                now._context = now.Make(0);
            now.Alive++;
            *context = now._context;
        }
        return 0;
    }

    private static int DevicePrimaryCtxRelease(int device) => Release("cuDevicePrimaryCtxRelease", device);

    private static int DevicePrimaryCtxReleaseOld(int device) => Release("cuDevicePrimaryCtxReleaseOld", device);

    private static int Release(string name, int device)
    {
        int code = OfDevice(name, device);
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (now._holders == 0)
                return 201;
            now.Alive--;
            if (--now._holders == 0)
                now._context = 0;
        }
        return code;
    }

    /// <summary>Makes a context besides the primary one, and makes it current, as cuCtxCreate does.</summary>
    public static int CtxCreate(out nint context, int device)
    {
        context = 0;
        int code = OfDevice("cuCtxCreate", device);
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            context = s_now.Make();
            s_now._contexts.Add(context);
        }
        t_context = context;
        return 0;
    }

    /// <summary>Ends a context that was made so.</summary>
    public static int CtxDestroy(nint context)
    {
        int code = Enter("cuCtxDestroy", false);
        lock (s_now!._lock)
        {
            if (!s_now._contexts.Remove(context))
                return 201;
            s_now.Alive--;
        }
        return code;
    }

    private static int CtxSetCurrent(nint context)
    {
        int code = Enter("cuCtxSetCurrent", false);
        if (code == 0 && context != 0 && !s_now!.IsContext(context))
            return 201;
        if (code == 0)
            t_context = context;
        return code;
    }

    private static bool IsDevice(int device) => device >= FirstDevice && device < FirstDevice + s_now!.Devices;

    private static int OfDevice(string name, int device)
    {
        int code = Enter(name, false);
        return code == 0 && !IsDevice(device) ? 101 : code;
    }

    private static int GetErrorName(int error, byte** name)
    {
        *name = s_errorName;
        return 0;
    }

    private static readonly byte* s_errorName = (byte*)Marshal.StringToCoTaskMemUTF8("CUDA_ERROR_BY_ITS_NAME");
}
