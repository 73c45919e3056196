using System.Globalization;

namespace Sextant.Gpu.OpenCl;

/// <summary>OpenCL's numbers as typed errors that say what to do.</summary>
internal static class OpenClErrors
{
    /// <summary>Throws unless a call succeeded.</summary>
    public static void Check(int code, string device, string call, long bytes = 0)
    {
        if (code < 0)
            throw Of(code, device, call, bytes);
    }

    public static DeviceException Of(int code, string device, string call, long bytes = 0)
    {
        string what = string.Create(CultureInfo.InvariantCulture, $"{call} failed with {Name(code)} ({code})");
        return code switch
        {
            OpenClNative.MemoryObjectAllocationFailure or OpenClNative.OutOfHostMemory or OpenClNative.InvalidBufferSize
                => DeviceException.OutOfMemory(device, $"{what}: {bytes >> 20} MiB were asked for.", bytes),
            // Drivers report with this number that memory ran out, and that a kernel was ended.
            OpenClNative.OutOfResources when bytes > 0
                => DeviceException.OutOfMemory(device, $"{what}: {bytes >> 20} MiB were asked for.", bytes),
            OpenClNative.DeviceNotFound or OpenClNative.PlatformNotFound
                => DeviceException.Unavailable(device, $"{what}. Install the device's OpenCL driver."),
            // Also what drivers answer once a kernel was ended: by a watchdog, or after an access outside of its
            // memory.
            OpenClNative.DeviceNotAvailable or OpenClNative.OutOfResources or OpenClNative.EventFailed
                or OpenClNative.InvalidCommandQueue or OpenClNative.NvidiaIllegalAccess
                => DeviceException.Lost(
                    device,
                $"{what}. The device was reset or taken away, or its driver is at fault: load the model again."),
            _ => DeviceException.CallFailed(
                device, $"{what}. This is a defect of the driver or of Sextant: please report it with this line.",
                code),
        };
    }

    /// <summary>The name of a number (Khronos, cl.h and cl_ext.h).</summary>
    public static string Name(int code) => code switch
    {
        -1 => "CL_DEVICE_NOT_FOUND",
        -2 => "CL_DEVICE_NOT_AVAILABLE",
        -3 => "CL_COMPILER_NOT_AVAILABLE",
        -4 => "CL_MEM_OBJECT_ALLOCATION_FAILURE",
        -5 => "CL_OUT_OF_RESOURCES",
        -6 => "CL_OUT_OF_HOST_MEMORY",
        -7 => "CL_PROFILING_INFO_NOT_AVAILABLE",
        -8 => "CL_MEM_COPY_OVERLAP",
        -11 => "CL_BUILD_PROGRAM_FAILURE",
        -12 => "CL_MAP_FAILURE",
        -13 => "CL_MISALIGNED_SUB_BUFFER_OFFSET",
        -14 => "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
        -15 => "CL_COMPILE_PROGRAM_FAILURE",
        -16 => "CL_LINKER_NOT_AVAILABLE",
        -17 => "CL_LINK_PROGRAM_FAILURE",
        -18 => "CL_DEVICE_PARTITION_FAILED",
        -19 => "CL_KERNEL_ARG_INFO_NOT_AVAILABLE",
        -30 => "CL_INVALID_VALUE",
        -31 => "CL_INVALID_DEVICE_TYPE",
        -32 => "CL_INVALID_PLATFORM",
        -33 => "CL_INVALID_DEVICE",
        -34 => "CL_INVALID_CONTEXT",
        -35 => "CL_INVALID_QUEUE_PROPERTIES",
        -36 => "CL_INVALID_COMMAND_QUEUE",
        -37 => "CL_INVALID_HOST_PTR",
        -38 => "CL_INVALID_MEM_OBJECT",
        -42 => "CL_INVALID_BINARY",
        -43 => "CL_INVALID_BUILD_OPTIONS",
        -44 => "CL_INVALID_PROGRAM",
        -45 => "CL_INVALID_PROGRAM_EXECUTABLE",
        -46 => "CL_INVALID_KERNEL_NAME",
        -47 => "CL_INVALID_KERNEL_DEFINITION",
        -48 => "CL_INVALID_KERNEL",
        -49 => "CL_INVALID_ARG_INDEX",
        -50 => "CL_INVALID_ARG_VALUE",
        -51 => "CL_INVALID_ARG_SIZE",
        -52 => "CL_INVALID_KERNEL_ARGS",
        -53 => "CL_INVALID_WORK_DIMENSION",
        -54 => "CL_INVALID_WORK_GROUP_SIZE",
        -55 => "CL_INVALID_WORK_ITEM_SIZE",
        -56 => "CL_INVALID_GLOBAL_OFFSET",
        -57 => "CL_INVALID_EVENT_WAIT_LIST",
        -58 => "CL_INVALID_EVENT",
        -59 => "CL_INVALID_OPERATION",
        -61 => "CL_INVALID_BUFFER_SIZE",
        -63 => "CL_INVALID_GLOBAL_WORK_SIZE",
        -64 => "CL_INVALID_PROPERTY",
        -66 => "CL_INVALID_COMPILER_OPTIONS",
        -67 => "CL_INVALID_LINKER_OPTIONS",
        -68 => "CL_INVALID_DEVICE_PARTITION_COUNT",
        -1001 => "CL_PLATFORM_NOT_FOUND_KHR",
        -9999 => "the number of NVIDIA's driver for an illegal access",
        _ => "a number that OpenCL 1.2 does not name",
    };
}
