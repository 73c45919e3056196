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
                => new DeviceMemoryException(device, $"{what}: {bytes >> 20} MiB were asked for.", bytes),
            // Drivers report with this number that memory ran out, and that a kernel was ended.
            OpenClNative.OutOfResources when bytes > 0
                => new DeviceMemoryException(device, $"{what}: {bytes >> 20} MiB were asked for.", bytes),
            OpenClNative.DeviceNotFound or OpenClNative.PlatformNotFound
                => new DeviceUnavailableException(device, $"{what}. Install the device's OpenCL driver."),
            _ => new DeviceLostException(
                device, $"{what}. The device was reset or taken away, or its driver is at fault: load the model again."),
        };
    }

    private static string Name(int code) => code switch
    {
        -1 => "CL_DEVICE_NOT_FOUND",
        -2 => "CL_DEVICE_NOT_AVAILABLE",
        -3 => "CL_COMPILER_NOT_AVAILABLE",
        -4 => "CL_MEM_OBJECT_ALLOCATION_FAILURE",
        -5 => "CL_OUT_OF_RESOURCES",
        -6 => "CL_OUT_OF_HOST_MEMORY",
        -11 => "CL_BUILD_PROGRAM_FAILURE",
        -14 => "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
        -30 => "CL_INVALID_VALUE",
        -36 => "CL_INVALID_COMMAND_QUEUE",
        -38 => "CL_INVALID_MEM_OBJECT",
        -46 => "CL_INVALID_KERNEL_NAME",
        -48 => "CL_INVALID_KERNEL",
        -49 => "CL_INVALID_ARG_INDEX",
        -51 => "CL_INVALID_ARG_SIZE",
        -52 => "CL_INVALID_KERNEL_ARGS",
        -54 => "CL_INVALID_WORK_GROUP_SIZE",
        -61 => "CL_INVALID_BUFFER_SIZE",
        -1001 => "CL_PLATFORM_NOT_FOUND_KHR",
        _ => "an error",
    };
}
