using System.Runtime.InteropServices;
using unsafe LaunchFunction = delegate*<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>;

namespace Sextant.Gpu.Cuda;

/// <summary>
/// CUDA's driver as a table of its functions, so that tests can put a driver in its place that keeps its documented
/// rules and notes what is called. Signatures: NVIDIA, cuda.h; what they do: <see cref="CudaNative"/>.
/// </summary>
internal sealed unsafe class CudaApi
{
    /// <summary>The driver of this machine. Nothing is loaded before a function is called.</summary>
    public static CudaApi Driver { get; } = new()
    {
        Init = &CudaNative.cuInit,
        DriverGetVersion = &CudaNative.cuDriverGetVersion,
        DeviceGetCount = &CudaNative.cuDeviceGetCount,
        DeviceGet = &CudaNative.cuDeviceGet,
        DeviceGetName = &CudaNative.cuDeviceGetName,
        DeviceTotalMem = &CudaNative.cuDeviceTotalMem,
        DeviceGetAttribute = &CudaNative.cuDeviceGetAttribute,
        DevicePrimaryCtxRetain = &CudaNative.cuDevicePrimaryCtxRetain,
        DevicePrimaryCtxRelease = &CudaNative.cuDevicePrimaryCtxRelease,
        DevicePrimaryCtxReleaseOld = &CudaNative.cuDevicePrimaryCtxReleaseOld,
        CtxSetCurrent = &CudaNative.cuCtxSetCurrent,
        ModuleLoadDataEx = &CudaNative.cuModuleLoadDataEx,
        ModuleUnload = &CudaNative.cuModuleUnload,
        ModuleGetFunction = &CudaNative.cuModuleGetFunction,
        FuncGetAttribute = &CudaNative.cuFuncGetAttribute,
        FuncSetAttribute = &CudaNative.cuFuncSetAttribute,
        MemAlloc = &CudaNative.cuMemAlloc,
        MemFree = &CudaNative.cuMemFree,
        MemHostAlloc = &CudaNative.cuMemHostAlloc,
        MemFreeHost = &CudaNative.cuMemFreeHost,
        MemcpyHtoDAsync = &CudaNative.cuMemcpyHtoDAsync,
        MemcpyDtoHAsync = &CudaNative.cuMemcpyDtoHAsync,
        StreamCreate = &CudaNative.cuStreamCreate,
        StreamDestroy = &CudaNative.cuStreamDestroy,
        StreamSynchronize = &CudaNative.cuStreamSynchronize,
        EventCreate = &CudaNative.cuEventCreate,
        EventRecord = &CudaNative.cuEventRecord,
        EventElapsedTime = &CudaNative.cuEventElapsedTime,
        EventDestroy = &CudaNative.cuEventDestroy,
        LaunchKernel = &CudaNative.cuLaunchKernel,
        GetErrorName = &CudaNative.cuGetErrorName,
        GraphCreate = &CudaNative.cuGraphCreate,
        GraphAddKernelNode = &CudaNative.cuGraphAddKernelNode,
        GraphInstantiateWithFlags = &CudaNative.cuGraphInstantiateWithFlags,
        GraphLaunch = &CudaNative.cuGraphLaunch,
        GraphExecDestroy = &CudaNative.cuGraphExecDestroy,
        GraphDestroy = &CudaNative.cuGraphDestroy,
    };

    public required delegate*<uint, int> Init { get; init; }

    public required delegate*<int*, int> DriverGetVersion { get; init; }

    public required delegate*<int*, int> DeviceGetCount { get; init; }

    public required delegate*<int*, int, int> DeviceGet { get; init; }

    public required delegate*<byte*, int, int, int> DeviceGetName { get; init; }

    public required delegate*<nuint*, int, int> DeviceTotalMem { get; init; }

    public required delegate*<int*, int, int, int> DeviceGetAttribute { get; init; }

    public required delegate*<nint*, int, int> DevicePrimaryCtxRetain { get; init; }

    public required delegate*<int, int> DevicePrimaryCtxRelease { get; init; }

    public required delegate*<int, int> DevicePrimaryCtxReleaseOld { get; init; }

    public required delegate*<nint, int> CtxSetCurrent { get; init; }

    public required delegate*<nint*, void*, uint, int*, void**, int> ModuleLoadDataEx { get; init; }

    public required delegate*<nint, int> ModuleUnload { get; init; }

    public required delegate*<nint*, nint, byte*, int> ModuleGetFunction { get; init; }

    public required delegate*<int*, int, nint, int> FuncGetAttribute { get; init; }

    public required delegate*<nint, int, int, int> FuncSetAttribute { get; init; }

    public required delegate*<nint*, nuint, int> MemAlloc { get; init; }

    public required delegate*<nint, int> MemFree { get; init; }

    public required delegate*<void**, nuint, uint, int> MemHostAlloc { get; init; }

    public required delegate*<void*, int> MemFreeHost { get; init; }

    public required delegate*<nint, void*, nuint, nint, int> MemcpyHtoDAsync { get; init; }

    public required delegate*<void*, nint, nuint, nint, int> MemcpyDtoHAsync { get; init; }

    public required delegate*<nint*, uint, int> StreamCreate { get; init; }

    public required delegate*<nint, int> StreamDestroy { get; init; }

    public required delegate*<nint, int> StreamSynchronize { get; init; }

    public required delegate*<nint*, uint, int> EventCreate { get; init; }

    public required delegate*<nint, nint, int> EventRecord { get; init; }

    public required delegate*<float*, nint, nint, int> EventElapsedTime { get; init; }

    public required delegate*<nint, int> EventDestroy { get; init; }

    public required LaunchFunction LaunchKernel { get; init; }

    public required delegate*<int, byte**, int> GetErrorName { get; init; }

    public required delegate*<nint*, uint, int> GraphCreate { get; init; }

    public required delegate*<nint*, nint, nint*, nuint, CudaKernelNode*, int> GraphAddKernelNode { get; init; }

    public required delegate*<nint*, nint, ulong, int> GraphInstantiateWithFlags { get; init; }

    public required delegate*<nint, nint, int> GraphLaunch { get; init; }

    public required delegate*<nint, int> GraphExecDestroy { get; init; }

    public required delegate*<nint, int> GraphDestroy { get; init; }

    /// <summary>Throws unless a call succeeded.</summary>
    public void Check(int code, string device, string call, long bytes = 0)
    {
        if (code != CudaNative.Success)
            throw CudaErrors.Of(code, NameOf(code), device, call, bytes);
    }

    /// <summary>What the driver calls a number.</summary>
    public string NameOf(int code)
    {
        byte* name;
        return GetErrorName(code, &name) == CudaNative.Success
            ? Marshal.PtrToStringUTF8((nint)name) ?? "an error" : "an error";
    }
}
