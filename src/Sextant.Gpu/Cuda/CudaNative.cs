using System.Runtime.InteropServices;

namespace Sextant.Gpu.Cuda;

/// <summary>The functions of CUDA's driver API that are used here. Names and numbers: NVIDIA, cuda.h.</summary>
internal static unsafe partial class CudaNative
{
    public const int Success = 0;
    public const int OutOfMemory = 2;
    public const int NotInitialized = 3;
    public const int Deinitialized = 4;
    public const int NoDevice = 100;
    public const int InvalidDevice = 101;
    public const int StubLibrary = 34;
    public const int InsufficientDriver = 35;
    public const int DeviceBusy = 46;
    public const int NoBinaryForGpu = 209;
    public const int InvalidPtx = 218;
    public const int JitCompilerNotFound = 221;
    public const int UnsupportedPtxVersion = 222;
    public const int JitCompilationDisabled = 223;
    public const int SystemNotReady = 802;
    public const int SystemDriverMismatch = 803;
    public const int NotCompatible = 804;

    public const int OperatingSystem = 304;
    public const int Unknown = 999;

    /// <summary>
    /// Whether the context cannot be used any more: memory or a link that fails (214, 220, 226), a kernel that was
    /// ended (700, 702, 710, 714 to 719, 721), a context that was destroyed (709), a server for several processes that
    /// ended this one's work (810), another device that failed (911), and what has no name (999).
    /// </summary>
    public static bool IsLoss(int code) =>
        code is 214 or 220 or 226 or 700 or 702 or 709 or 710 or (>= 714 and <= 719) or 721 or 810 or 911 or Unknown;

    /// <summary>
    /// Whether the driver's compiler refused a module: its image (200), its PTX (218), its source (300).
    /// </summary>
    public static bool IsOfCompiler(int code) => code is 200 or InvalidPtx or 300;

    /// <summary>Whether the server that lets several processes share a device (MPS) refuses this one.</summary>
    public static bool IsServerRefusal(int code) => code is >= 805 and <= 809;

    public const int AttributeMultiprocessorCount = 16;
    public const int AttributeMajor = 75;
    public const int AttributeMinor = 76;
    public const int FunctionLocalSizeBytes = 3;
    public const int FunctionNumRegisters = 4;
    public const int FunctionMaxDynamicSharedSizeBytes = 8;

    public const uint StreamNonBlocking = 1;

    public const int JitInfoLogBuffer = 3;
    public const int JitInfoLogBufferSize = 4;
    public const int JitErrorLogBuffer = 5;
    public const int JitErrorLogBufferSize = 6;

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuInit(uint flags);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuDriverGetVersion(int* version);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuDeviceGetCount(int* count);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuDeviceGet(int* device, int ordinal);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuDeviceGetName(byte* name, int length, int device);

    [LibraryImport(NativeLibraries.Cuda, EntryPoint = "cuDeviceTotalMem_v2")]
    public static partial int cuDeviceTotalMem(nuint* bytes, int device);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuDeviceGetAttribute(int* value, int attribute, int device);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuDevicePrimaryCtxRetain(nint* context, int device);

    /// <summary>Since CUDA 11.0.</summary>
    [LibraryImport(NativeLibraries.Cuda, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    public static partial int cuDevicePrimaryCtxRelease(int device);

    /// <summary>Before CUDA 11.0.</summary>
    [LibraryImport(NativeLibraries.Cuda, EntryPoint = "cuDevicePrimaryCtxRelease")]
    public static partial int cuDevicePrimaryCtxReleaseOld(int device);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuCtxSetCurrent(nint context);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuModuleLoadDataEx(nint* module, void* image, uint options, int* names, void** values);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuModuleUnload(nint module);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuModuleGetFunction(nint* function, nint module, byte* name);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuFuncGetAttribute(int* value, int attribute, nint function);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuFuncSetAttribute(nint function, int attribute, int value);

    [LibraryImport(NativeLibraries.Cuda, EntryPoint = "cuMemAlloc_v2")]
    public static partial int cuMemAlloc(nint* address, nuint bytes);

    [LibraryImport(NativeLibraries.Cuda, EntryPoint = "cuMemFree_v2")]
    public static partial int cuMemFree(nint address);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuMemHostAlloc(void** memory, nuint bytes, uint flags);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuMemFreeHost(void* memory);

    [LibraryImport(NativeLibraries.Cuda, EntryPoint = "cuMemcpyHtoDAsync_v2")]
    public static partial int cuMemcpyHtoDAsync(nint to, void* from, nuint bytes, nint stream);

    [LibraryImport(NativeLibraries.Cuda, EntryPoint = "cuMemcpyDtoHAsync_v2")]
    public static partial int cuMemcpyDtoHAsync(void* to, nint from, nuint bytes, nint stream);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuStreamCreate(nint* stream, uint flags);

    [LibraryImport(NativeLibraries.Cuda, EntryPoint = "cuStreamDestroy_v2")]
    public static partial int cuStreamDestroy(nint stream);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuStreamSynchronize(nint stream);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuEventCreate(nint* created, uint flags);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuEventRecord(nint recorded, nint stream);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuEventElapsedTime(float* milliseconds, nint start, nint end);

    [LibraryImport(NativeLibraries.Cuda, EntryPoint = "cuEventDestroy_v2")]
    public static partial int cuEventDestroy(nint done);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes,
        nint stream, void** parameters, void** extra);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuGetErrorName(int error, byte** name);

    /// <summary>Graphs: since CUDA 10.0, this way of making them executable since 11.4.</summary>
    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuGraphCreate(nint* graph, uint flags);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuGraphAddKernelNode(
        nint* node, nint graph, nint* dependencies, nuint dependencyCount, CudaKernelNode* parameters);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuGraphInstantiateWithFlags(nint* executable, nint graph, ulong flags);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuGraphLaunch(nint executable, nint stream);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuGraphExecDestroy(nint executable);

    [LibraryImport(NativeLibraries.Cuda)]
    public static partial int cuGraphDestroy(nint graph);
}
