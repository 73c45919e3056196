using ILGPU.Runtime.Cuda;

namespace Sextant.Ilgpu.OpenCudaApi;

/// <summary>
/// ILGPU's table of CUDA's functions, whose entries it shows to an assembly of this one's name alone, made open: a test
/// can put a driver in its place. What this project has no use for is answered with "not supported".
/// </summary>
public abstract class OpenCudaApi : CudaAPI
{
    private const CudaError NotSupported = (CudaError)801;

    public override bool IsSupported => true;

    public abstract int DriverGetVersion(out int version);

    public abstract int DeviceGet(out int device, int ordinal);

    public abstract int DeviceGetCount(out int count);

    public abstract int DeviceGetAttribute(out int value, int attribute, int device);

    public abstract int CtxCreate(out nint context, int device);

    public abstract int CtxDestroy(nint context);

    public abstract int CtxSetCurrent(nint context);

    public abstract int MemAlloc(out nint address, nint bytes);

    public abstract int MemFree(nint address);

    public abstract int MemAllocHost(out nint memory, nint bytes);

    public abstract int MemFreeHost(nint memory);

    public abstract int HostRegister(nint memory, nint bytes);

    public abstract int HostUnregister(nint memory);

    public abstract int MemcpyAsync(nint to, nint from, nint bytes, nint stream);

    public abstract int StreamCreate(out nint stream, int flags);

    public abstract int StreamDestroy(nint stream);

    public abstract int StreamSynchronize(nint stream);

    public abstract int ModuleLoadData(out nint module, string text);

    public abstract int ModuleUnload(nint module);

    public abstract int ModuleGetFunction(out nint function, nint module, string name);

    /// <param name="function">Which.</param>
    /// <param name="groups">Groups in each direction.</param>
    /// <param name="items">Items of a group in each direction.</param>
    /// <param name="sharedBytes">Besides what the function says.</param>
    /// <param name="stream">After what is in it.</param>
    /// <param name="parameters">Where each argument is; 0: in the next.</param>
    /// <param name="extra">Pairs of keys and values: where all arguments are, and how many bytes.</param>
    public abstract int LaunchKernel(
        nint function, (int X, int Y, int Z) groups, (int X, int Y, int Z) items, int sharedBytes, nint stream,
        nint parameters, nint extra);

    internal override CudaError cuInit(int flags) => 0;

    internal override CudaError cuDriverGetVersion(out int driverVersion) => (CudaError)DriverGetVersion(out driverVersion);

    internal override CudaError cuDeviceGet(out int device, int ordinal) => (CudaError)DeviceGet(out device, ordinal);

    internal override CudaError cuDeviceGetCount(out int count) => (CudaError)DeviceGetCount(out count);

    internal override CudaError cuDeviceGetName(byte[] name, int length, int device)
    {
        "a fake\0"u8.CopyTo(name);
        return 0;
    }

    internal override CudaError cuDeviceTotalMem_v2(out nint bytes, int device)
    {
        bytes = int.MaxValue;
        return 0;
    }

    internal override CudaError cuDeviceGetAttribute(out int value, DeviceAttributeKind attribute, int device) =>
        (CudaError)DeviceGetAttribute(out value, (int)attribute, device);

    internal override CudaError cuCtxCreate_v2(out nint context, CudaAcceleratorFlags flags, int device) =>
        (CudaError)CtxCreate(out context, device);

    internal override CudaError cuCtxDestroy_v2(nint context) => (CudaError)CtxDestroy(context);

    internal override CudaError cuCtxSetCurrent(nint context) => (CudaError)CtxSetCurrent(context);

    internal override CudaError cuCtxSynchronize() => 0;

    internal override CudaError cuCtxGetCacheConfig(out CudaCacheConfiguration pconfig)
    {
        pconfig = default;
        return 0;
    }

    internal override CudaError cuCtxSetCacheConfig(CudaCacheConfiguration config) => 0;

    internal override CudaError cuCtxGetSharedMemConfig(out CudaSharedMemoryConfiguration pConfig)
    {
        pConfig = default;
        return 0;
    }

    internal override CudaError cuCtxSetSharedMemConfig(CudaSharedMemoryConfiguration config) => 0;

    internal override CudaError cuDeviceCanAccessPeer(out int canAccess, int device, int peerDev)
    {
        canAccess = 0;
        return 0;
    }

    internal override CudaError cuCtxEnablePeerAccess(nint peerContext, int flags) => NotSupported;

    internal override CudaError cuCtxDisablePeerAccess(nint peerContext) => NotSupported;

    internal override CudaError cuDeviceGetP2PAttribute(
        out int value, Peer2PeerAttribute attrib, int sourceDevice, int destinationDevice)
    {
        value = 0;
        return NotSupported;
    }

    internal override CudaError cuPointerGetAttribute(nint targetPtr, PointerAttribute attribute, nint devicePtr) =>
        NotSupported;

    internal override CudaError cuMemGetInfo_v2(out nint free, out nint total)
    {
        free = total = int.MaxValue;
        return 0;
    }

    internal override CudaError cuMemAlloc_v2(out nint devicePtr, nint bytesize) =>
        (CudaError)MemAlloc(out devicePtr, bytesize);

    internal override CudaError cuMemFree_v2(nint devicePtr) => (CudaError)MemFree(devicePtr);

    internal override CudaError cuMemAllocHost_v2(out nint devicePtr, nint bytesize) =>
        (CudaError)MemAllocHost(out devicePtr, bytesize);

    internal override CudaError cuMemFreeHost(nint devicePtr) => (CudaError)MemFreeHost(devicePtr);

    internal override CudaError cuMemcpyAsync(nint destination, nint source, nint length, nint stream) =>
        (CudaError)MemcpyAsync(destination, source, length, stream);

    internal override CudaError cuMemsetD8Async(nint destinationDevice, byte value, nint length, nint stream) =>
        NotSupported;

    internal override CudaError cuMemHostRegister_v2(nint hostPtr, nint bytesize, MemHostRegisterFlags flags) =>
        (CudaError)HostRegister(hostPtr, bytesize);

    internal override CudaError cuMemHostUnregister(nint hostPtr) => (CudaError)HostUnregister(hostPtr);

    internal override CudaError cuMemHostGetDevicePointer_v2(out nint devicePtr, nint hostPtr, int flags)
    {
        devicePtr = hostPtr;
        return 0;
    }

    internal override CudaError cuStreamCreate(out nint stream, StreamFlags flags) =>
        (CudaError)StreamCreate(out stream, (int)flags);

    internal override CudaError cuStreamCreateWithPriority(out nint stream, StreamFlags flags, int priority) =>
        (CudaError)StreamCreate(out stream, (int)flags);

    internal override CudaError cuStreamDestroy_v2(nint stream) => (CudaError)StreamDestroy(stream);

    internal override CudaError cuStreamSynchronize(nint stream) => (CudaError)StreamSynchronize(stream);

    internal override CudaError cuGetErrorString(CudaError error, out nint pStr)
    {
        pStr = 0;
        return NotSupported;
    }

    internal override CudaError cuModuleLoadData(out nint module, string moduleData) =>
        (CudaError)ModuleLoadData(out module, moduleData);

    internal override CudaError cuModuleLoadDataEx(
        out nint module, string moduleData, int numOptions, nint jitOptions, nint jitOptionValues) =>
        (CudaError)ModuleLoadData(out module, moduleData);

    internal override CudaError cuModuleUnload(nint module) => (CudaError)ModuleUnload(module);

    internal override CudaError cuModuleGetFunction(out nint function, nint module, string functionName) =>
        (CudaError)ModuleGetFunction(out function, module, functionName);

    internal override CudaError cuLaunchKernel(
        nint function, int gridDimX, int gridDimY, int gridDimZ, int blockDimX, int blockDimY, int blockDimZ,
        int sharedMemSizeInBytes, nint stream, nint args, nint kernelArgs) =>
        (CudaError)LaunchKernel(
            function, (gridDimX, gridDimY, gridDimZ), (blockDimX, blockDimY, blockDimZ), sharedMemSizeInBytes, stream,
            args, kernelArgs);

    internal override CudaError cuOccupancyMaxActiveBlocksPerMultiprocessor(
        out int numBlocks, nint func, int blockSize, nint dynamicSMemSize)
    {
        numBlocks = 0;
        return NotSupported;
    }

    internal override CudaError cuOccupancyMaxPotentialBlockSize(
        out int minGridSize, out int blockSize, nint func,
        ComputeDynamicMemorySizeForBlockSize? blockSizeToDynamicSMemSize, nint dynamicSMemSize, int blockSizeLimit)
    {
        minGridSize = blockSize = 0;
        return NotSupported;
    }

    internal override CudaError cuEventCreate(out nint @event, CudaEventFlags flags)
    {
        @event = 0;
        return NotSupported;
    }

    internal override CudaError cuEventDestroy_v2(nint @event) => NotSupported;

    internal override CudaError cuEventQuery(nint @event) => NotSupported;

    internal override CudaError cuEventElapsedTime(out float milliseconds, nint start, nint end)
    {
        milliseconds = 0f;
        return NotSupported;
    }

    internal override CudaError cuEventRecord(nint @event, nint stream) => NotSupported;

    internal override CudaError cuEventSynchronize(nint @event) => NotSupported;
}
