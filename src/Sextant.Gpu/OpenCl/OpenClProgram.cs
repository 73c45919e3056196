using System.Text;
using static Sextant.Gpu.OpenCl.OpenClNative;

namespace Sextant.Gpu.OpenCl;

/// <summary>
/// Builds kernels/gpu for a device. What a driver made of it is kept on disk under the hash of source, options, driver
/// and device, so that the next process starts at once; a file that is damaged, or a folder that cannot be written,
/// only costs time.
/// </summary>
internal static unsafe class OpenClProgram
{
    private const string Options = "-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt";

    /// <summary>Compiles, or loads what was compiled before.</summary>
    /// <param name="driver">For whom.</param>
    /// <param name="defines">Lines before the source.</param>
    /// <param name="name">The source.</param>
    /// <param name="moreOptions">Options of the compiler beside those of exact mode.</param>
    /// <exception cref="DeviceException">The driver does not accept the kernels.</exception>
    public static nint Build(OpenClDriver driver, string defines, string name, string moreOptions = "")
    {
        string options = Options + moreOptions;
        string source = defines + KernelSources.Expand(name);
        // PoCL keeps what it compiles itself, and compiles a kernel when it is first started. To ask it for a binary is
        // to have it compile all of them.
        string? file = driver.Info.Platform == OpenClTurns.Pocl ? null : KernelCache.File(
            "opencl", source, options, driver.Info.Platform, driver.Info.DriverVersion, driver.Info.Version,
            driver.Info.Name);
        if (KernelCache.Read(file) is { } stored && TryLoad(driver, moreOptions, stored, out nint program))
            return program;
        program = Compile(driver, options, source);
        if (file is not null)
            KernelCache.Write(file, Binary(program));
        return program;
    }

    /// <summary>Compiles a text.</summary>
    internal static nint Compile(OpenClDriver driver, string options, string source)
    {
        int error;
        nint program;
        byte[] bytes = Encoding.UTF8.GetBytes(source);
        fixed (byte* text = bytes)
        {
            byte* start = text;
            nuint length = (nuint)bytes.Length;
            program = clCreateProgramWithSource(driver.Context, 1, &start, &length, &error);
        }
        OpenClErrors.Check(error, driver.Name, "clCreateProgramWithSource");
        if (BuildFor(driver, options, program) >= 0)
            return program;
        string log = Log(driver, program);
        _ = clReleaseProgram(program);
        throw DeviceException.BuildFailed(
            driver.Name,
            $"the driver ({driver.Info.Platform} {driver.Info.DriverVersion}) does not build the kernels.", log);
    }

    /// <summary>Makes a program of what a driver compiled before; false where the driver does not take it.</summary>
    internal static bool TryLoad(OpenClDriver driver, string moreOptions, byte[] stored, out nint program)
    {
        int error, status;
        nint device = driver.Device;
        fixed (byte* start = stored)
        {
            byte* binary = start;
            nuint length = (nuint)stored.Length;
            program = clCreateProgramWithBinary(driver.Context, 1, &device, &length, &binary, &status, &error);
        }
        if (error >= 0 && BuildFor(driver, Options + moreOptions, program) >= 0)
            return true;
        if (error >= 0)
            _ = clReleaseProgram(program);
        program = 0;
        return false;
    }

    private static int BuildFor(OpenClDriver driver, string options, nint program)
    {
        nint device = driver.Device;
        fixed (byte* text = Encoding.ASCII.GetBytes(options + "\0"))
            return clBuildProgram(program, 1, &device, text, null, null);
    }

    /// <summary>What the driver compiled; empty where it does not say.</summary>
    internal static byte[] Binary(nint program)
    {
        nuint size = 0;
        if (clGetProgramInfo(program, ProgramBinarySizes, (nuint)sizeof(nuint), &size, null) < 0 || size == 0)
            return [];
        var bytes = new byte[size];
        fixed (byte* to = bytes)
        {
            byte* target = to;
            return clGetProgramInfo(program, ProgramBinaries, (nuint)sizeof(nint), &target, null) < 0 ? [] : bytes;
        }
    }

    private static string Log(OpenClDriver driver, nint program)
    {
        nuint size = 0;
        if (clGetProgramBuildInfo(program, driver.Device, ProgramBuildLog, 0, null, &size) < 0 || size == 0)
            return "";
        var bytes = new byte[size];
        fixed (byte* to = bytes)
            _ = clGetProgramBuildInfo(program, driver.Device, ProgramBuildLog, size, to, null);
        return Encoding.UTF8.GetString(bytes).TrimEnd('\0').Trim();
    }
}
