using System.Runtime.InteropServices;

namespace Sextant.Gpu.OpenCl;

/// <summary>The functions of OpenCL 1.2 that are used here. Names and numbers: Khronos, cl.h.</summary>
internal static unsafe partial class OpenClNative
{
    public const int DeviceNotFound = -1;
    public const int DeviceNotAvailable = -2;
    public const int MemoryObjectAllocationFailure = -4;
    public const int OutOfResources = -5;
    public const int OutOfHostMemory = -6;
    public const int EventFailed = -14;
    public const int InvalidCommandQueue = -36;
    public const int InvalidBufferSize = -61;
    public const int NvidiaIllegalAccess = -9999;
    public const int PlatformNotFound = -1001;

    public const ulong DeviceTypeAll = 0xFFFFFFFF;
    public const ulong DeviceTypeCpu = 1 << 1;

    public const uint PlatformVersion = 0x0901;
    public const uint PlatformName = 0x0902;

    public const uint DeviceType = 0x1000;
    public const uint DeviceMaxComputeUnits = 0x1002;
    public const uint DeviceMaxWorkGroupSize = 0x1004;
    public const uint DeviceMaxMemAllocSize = 0x1010;
    public const uint DeviceSingleFpConfig = 0x101B;
    public const uint DeviceGlobalMemSize = 0x101F;
    public const uint DeviceLocalMemSize = 0x1023;
    public const uint DeviceEndianLittle = 0x1026;
    public const uint DeviceAvailable = 0x1027;
    public const uint DeviceCompilerAvailable = 0x1028;
    public const uint DeviceName = 0x102B;
    public const uint DriverVersion = 0x102D;
    public const uint DeviceVersion = 0x102F;
    public const uint DeviceDoubleFpConfig = 0x1032;

    public const ulong FpDenormals = 1 << 0;
    public const ulong FpRoundToNearest = 1 << 2;
    public const ulong FpFma = 1 << 5;
    public const ulong FpCorrectlyRoundedDivideSqrt = 1 << 7;

    public const int EventComplete = 0;
    public const ulong QueueProfilingEnable = 1 << 1;
    public const uint ProfilingCommandStart = 0x1282;
    public const uint ProfilingCommandEnd = 0x1283;

    public const ulong MemReadWrite = 1;
    public const uint ProgramBinarySizes = 0x1165;
    public const uint ProgramBinaries = 0x1166;
    public const uint ProgramBuildLog = 0x1183;

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clGetPlatformIDs(uint entries, nint* platforms, uint* count);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clGetPlatformInfo(nint platform, uint name, nuint size, void* value, nuint* needed);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clGetDeviceIDs(nint platform, ulong type, uint entries, nint* devices, uint* count);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clGetDeviceInfo(nint device, uint name, nuint size, void* value, nuint* needed);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial nint clCreateContext(
        nint* properties, uint count, nint* devices, void* notify, void* data, int* error);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clReleaseContext(nint context);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial nint clCreateCommandQueue(nint context, nint device, ulong properties, int* error);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clReleaseCommandQueue(nint queue);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial nint clCreateBuffer(nint context, ulong flags, nuint size, void* host, int* error);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clReleaseMemObject(nint memory);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial nint clCreateProgramWithSource(
        nint context, uint count, byte** sources, nuint* lengths, int* error);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial nint clCreateProgramWithBinary(
        nint context, uint count, nint* devices, nuint* lengths, byte** binaries, int* status, int* error);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clBuildProgram(
        nint program, uint count, nint* devices, byte* options, void* notify, void* data);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clGetProgramBuildInfo(
        nint program, nint device, uint name, nuint size, void* value, nuint* needed);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clGetProgramInfo(nint program, uint name, nuint size, void* value, nuint* needed);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clReleaseProgram(nint program);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial nint clCreateKernel(nint program, byte* name, int* error);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clReleaseKernel(nint kernel);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clSetKernelArg(nint kernel, uint index, nuint size, void* value);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clEnqueueNDRangeKernel(
        nint queue, nint kernel, uint dimensions, nuint* offset, nuint* global, nuint* local, uint waits,
        nint* waitList, nint* done);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clEnqueueReadBuffer(
        nint queue, nint memory, uint blocking, nuint offset, nuint size, void* to, uint waits, nint* waitList,
        nint* done);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clEnqueueWriteBuffer(
        nint queue, nint memory, uint blocking, nuint offset, nuint size, void* from, uint waits, nint* waitList,
        nint* done);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clFinish(nint queue);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clGetEventProfilingInfo(nint done, uint name, nuint size, void* value, nuint* needed);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clReleaseEvent(nint done);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clRetainEvent(nint done);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clWaitForEvents(uint count, nint* events);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial nint clCreateUserEvent(nint context, int* error);

    [LibraryImport(NativeLibraries.OpenCl)]
    public static partial int clSetUserEventStatus(nint waited, int status);
}
