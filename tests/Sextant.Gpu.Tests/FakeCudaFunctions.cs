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

    private static int GetErrorName(int error, byte** name)
    {
        *name = s_errorName;
        return 0;
    }

    private static readonly byte* s_errorName = (byte*)Marshal.StringToCoTaskMemUTF8("CUDA_ERROR_BY_ITS_NAME");
}
