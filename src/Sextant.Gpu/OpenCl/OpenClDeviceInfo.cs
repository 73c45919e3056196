using System.Text;
using static Sextant.Gpu.OpenCl.OpenClNative;

namespace Sextant.Gpu.OpenCl;

/// <summary>What a driver says of a device.</summary>
internal sealed unsafe record OpenClDeviceInfo(nint Id, int Index)
{
    public required string Name { get; init; }

    public required string Platform { get; init; }

    public required string DriverVersion { get; init; }

    public required string Version { get; init; }

    public required bool IsProcessor { get; init; }

    public required int Units { get; init; }

    public required long Memory { get; init; }

    public required long LargestBlock { get; init; }

    public required long LocalMemory { get; init; }

    public required long LargestGroup { get; init; }

    public required ulong FloatConfig { get; init; }

    /// <summary>What f64 can do; 0 where there is none.</summary>
    public required ulong DoubleConfig { get; init; }

    /// <summary>Why it cannot be used; null where nothing speaks against it.</summary>
    public required string? Problem { get; init; }

    public string DisplayName => FormattableString.Invariant($"OpenCL device {Index} ({Name})");

    /// <summary>
    /// Held while drivers are asked what there is and while a device is opened: PoCL 3.1 ends the process when two
    /// threads have it start at once.
    /// </summary>
    public static Lock Starting { get; } = new();

    /// <summary>All devices of all platforms, in the drivers' order.</summary>
    /// <exception cref="DeviceException">There is no OpenCL here.</exception>
    public static OpenClDeviceInfo[] All()
    {
        lock (Starting)
            return Read();
    }

    private static OpenClDeviceInfo[] Read()
    {
        if (!NativeLibraries.TryLoad(NativeLibraries.OpenCl))
        {
            throw DeviceException.Unavailable("OpenCL",
                $"there is no {NativeLibraries.Files(NativeLibraries.OpenCl)[0]} on this machine. Install the driver "
                + "of the device (for the processor: PoCL, package pocl-opencl-icd).");
        }
        uint count;
        int code = clGetPlatformIDs(0, null, &count);
        if (code is PlatformNotFound || (code == 0 && count == 0))
            throw DeviceException.Unavailable(
                "OpenCL", "no platform is registered. Install the driver of the device.");
        OpenClErrors.Check(code, "OpenCL", "clGetPlatformIDs");
        var platforms = new nint[count];
        fixed (nint* to = platforms)
            OpenClErrors.Check(clGetPlatformIDs(count, to, null), "OpenCL", "clGetPlatformIDs");
        var all = new List<OpenClDeviceInfo>();
        foreach (nint platform in platforms)
        {
            uint devices;
            if (clGetDeviceIDs(platform, DeviceTypeAll, 0, null, &devices) < 0 || devices == 0)
                continue;
            var ids = new nint[devices];
            fixed (nint* to = ids)
                OpenClErrors.Check(
                    clGetDeviceIDs(platform, DeviceTypeAll, devices, to, null), "OpenCL", "clGetDeviceIDs");
            foreach (nint id in ids)
                all.Add(Read(platform, id, all.Count));
        }
        return [.. all];
    }

    private static OpenClDeviceInfo Read(nint platform, nint id, int index)
    {
        ulong config = Number(id, DeviceSingleFpConfig, sizeof(ulong));
        return new OpenClDeviceInfo(id, index)
        {
            Name = Text(id, OpenClNative.DeviceName),
            Platform = PlatformText(platform, PlatformName),
            DriverVersion = Text(id, OpenClNative.DriverVersion),
            Version = Text(id, DeviceVersion),
            IsProcessor = (Number(id, DeviceType, sizeof(ulong)) & DeviceTypeCpu) != 0,
            Units = (int)Number(id, DeviceMaxComputeUnits, sizeof(uint)),
            Memory = (long)Number(id, DeviceGlobalMemSize, sizeof(ulong)),
            LargestBlock = (long)Number(id, DeviceMaxMemAllocSize, sizeof(ulong)),
            LocalMemory = (long)Number(id, DeviceLocalMemSize, sizeof(ulong)),
            LargestGroup = (long)Number(id, DeviceMaxWorkGroupSize, (uint)sizeof(nuint)),
            FloatConfig = config,
            DoubleConfig = Number(id, DeviceDoubleFpConfig, sizeof(ulong)),
            Problem = FindProblem(id, config),
        };
    }

    private static string? FindProblem(nint id, ulong config)
    {
        string version = Text(id, DeviceVersion);
        if (Number(id, OpenClNative.DeviceAvailable, sizeof(uint)) == 0)
            return "the driver says that it is not available.";
        if (Number(id, DeviceCompilerAvailable, sizeof(uint)) == 0)
            return "its driver has no compiler.";
        if (version.StartsWith("OpenCL 1.0", StringComparison.Ordinal)
            || version.StartsWith("OpenCL 1.1", StringComparison.Ordinal))
            return $"its driver has {version}; 1.2 is needed. Install a newer driver.";
        if (Number(id, DeviceEndianLittle, sizeof(uint)) == 0)
            return "it is big-endian.";
        const ulong Needed = FpDenormals | FpRoundToNearest | FpFma | FpCorrectlyRoundedDivideSqrt;
        if ((config & Needed) == Needed)
            return null;
        var lacks = new List<string>();
        if ((config & FpDenormals) == 0)
            lacks.Add("denormals");
        if ((config & FpRoundToNearest) == 0)
            lacks.Add("rounding to nearest");
        if ((config & FpFma) == 0)
            lacks.Add("fused multiply-add");
        if ((config & FpCorrectlyRoundedDivideSqrt) == 0)
            lacks.Add("correctly rounded division and square root");
        return $"exact mode is not possible: the device has no {string.Join(", no ", lacks)}.";
    }

    private static string Text(nint id, uint name)
    {
        nuint size;
        if (clGetDeviceInfo(id, name, 0, null, &size) < 0)
            return "";
        var bytes = new byte[size];
        fixed (byte* to = bytes)
            _ = clGetDeviceInfo(id, name, size, to, null);
        return Encoding.UTF8.GetString(bytes).TrimEnd('\0').Trim();
    }

    private static string PlatformText(nint id, uint name)
    {
        nuint size;
        if (clGetPlatformInfo(id, name, 0, null, &size) < 0)
            return "";
        var bytes = new byte[size];
        fixed (byte* to = bytes)
            _ = clGetPlatformInfo(id, name, size, to, null);
        return Encoding.UTF8.GetString(bytes).TrimEnd('\0').Trim();
    }

    private static ulong Number(nint id, uint name, uint size)
    {
        ulong value = 0;
        _ = clGetDeviceInfo(id, name, size, &value, null);
        return value;
    }
}
