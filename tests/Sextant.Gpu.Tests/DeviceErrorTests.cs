using Sextant.Gpu.Cuda;
using Sextant.Gpu.OpenCl;
using Sextant.Measurement.Models;
using Sextant.Tests;

namespace Sextant.Gpu.Tests;

/// <summary>What goes wrong with a device is a typed error that says what to do.</summary>
public sealed class DeviceErrorTests
{
    [Fact]
    public void ADeviceThatIsNotThereIsRefusedByName()
    {
        _ = OpenClHere.Device;
        var error = DeviceErrors.Throws(DeviceErrorKind.Unavailable, () => OpenClDevice.Open(99));
        Assert.StartsWith("opencl:99: there is no such device", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OpenClNative.MemoryObjectAllocationFailure, DeviceErrorKind.OutOfMemory)]
    [InlineData(OpenClNative.OutOfHostMemory, DeviceErrorKind.OutOfMemory)]
    [InlineData(OpenClNative.DeviceNotFound, DeviceErrorKind.Unavailable)]
    [InlineData(OpenClNative.OutOfResources, DeviceErrorKind.OutOfMemory)]
    [InlineData(OpenClNative.DeviceNotAvailable, DeviceErrorKind.Lost)]
    [InlineData(-36, DeviceErrorKind.Lost)]
    [InlineData(-9999, DeviceErrorKind.Lost)]
    [InlineData(-48, DeviceErrorKind.CallFailed)]
    [InlineData(-52, DeviceErrorKind.CallFailed)]
    [InlineData(-4242, DeviceErrorKind.CallFailed)]
    public void NumbersBecomeKinds(int code, DeviceErrorKind expected) =>
        DeviceErrors.Require(expected, OpenClErrors.Of(code, "a device", "a call", 1 << 20));

    [Fact]
    public void AKernelThatWasEndedIsALossAndARefusedCallIsNot()
    {
        DeviceErrors.Require(
            DeviceErrorKind.Lost, OpenClErrors.Of(OpenClNative.OutOfResources, "a device", "clFinish"));
        var refused = DeviceErrors.Require(
            DeviceErrorKind.CallFailed, OpenClErrors.Of(-52, "a device", "starting layer_norm"));
        Assert.Equal(-52, refused.Code);
        Assert.StartsWith(
            "a device: starting layer_norm failed with CL_INVALID_KERNEL_ARGS (-52)", refused.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "does not name (-4242)", OpenClErrors.Of(-4242, "a device", "a call").Message, StringComparison.Ordinal);
        foreach (int code in new[] { 700, 719, 702, 999, 214, 721, 810, 911 })
            DeviceErrors.Require(DeviceErrorKind.Lost, CudaErrors.Of(code, "a name", "a device", "a call"));
        foreach (int code in new[] { 1, 201, 400, 500, 701 })
            DeviceErrors.Require(DeviceErrorKind.CallFailed, CudaErrors.Of(code, "a name", "a device", "a call"));
        DeviceErrors.Require(DeviceErrorKind.OutOfMemory, CudaErrors.Of(2, "a name", "a device", "a call", 1));
        DeviceErrors.Require(DeviceErrorKind.Unavailable, CudaErrors.Of(222, "a name", "a device", "a call"));
    }

    /// <summary>The driver's own answer to a call that is wrong, not a number of ours.</summary>
    [Fact]
    public unsafe void ACallThatTheDriverRefusesNamesItself()
    {
        using var queue = (OpenClQueue)OpenClHere.Device.Driver.CreateQueue();
        var launch = new KernelLaunch(GpuKernel.Probe, 1);
        var error = DeviceErrors.Throws(DeviceErrorKind.CallFailed, () =>
        {
            // No argument is set.
            var empty = launch;
            queue.Launch(ref empty);
        });
        Assert.Contains(
            "starting probe failed with CL_INVALID_KERNEL_ARGS (-52)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HeadsThatAreTooLargeAreRefusedWhenAModelLoads()
    {
        string root = Path.Combine(Path.GetTempPath(), $"sextant-heads-{Environment.ProcessId}");
        try
        {
            string folder = (SyntheticModel.MiniLm with { Layers = 1, Hidden = 544, Heads = 2, Intermediate = 32 })
            .Write(root, "f32");
            var error = Assert.Throws<UnsupportedRequestException>(
                () => EmbeddingModel.Load(folder, new() { Device = OpenClHere.Device, Pooling = "mean" }));
            Assert.Contains("heads of 272 elements", error.Message, StringComparison.Ordinal);
            Assert.Contains("at most 256", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void AProbeNamesTheCheckThatFails()
    {
        (float A, float B, float C, string? Name)[] cases = DeviceProbe.Cases();
        float[] right = [.. cases.SelectMany(c => new[]
        {
            MathF.FusedMultiplyAdd(c.A, c.B, c.C), (float)(c.A * c.B) + c.C, c.A / c.B, MathF.Sqrt(c.A), c.A + c.B, c.A
                * c.B,
        })];
        Assert.Null(DeviceProbe.FirstDifference(cases, right));
        Assert.Equal("multiplication then addition", Broken((position, value, c) =>
            position == 1 ? MathF.FusedMultiplyAdd(c.A, c.B, c.C) : value));
        Assert.Equal("fused multiply-add", Broken((position, value, c) => position == 0 ? (float)(c.A * c.B) + c.C : value));
        Assert.Equal("division", Broken((position, value, c) => position == 2 ? c.A * (1f / c.B) : value));
        Assert.Equal("square root", Broken((position, value, _) => position == 3 ? MathF.BitIncrement(value) : value));
        Assert.StartsWith(
            "denormals", Broken((_, value, _) => float.IsSubnormal(value) ? 0f : value), StringComparison.Ordinal);
        Assert.StartsWith("zero signs", Broken((_, value, _) => value == 0f ? 0f : value), StringComparison.Ordinal);

        string? Broken(Func<int, float, (float A, float B, float C, string? Name), float> change)
        {
            float[] found = [.. right];
            for (int i = 0; i < found.Length; i++)
                found[i] = change(i % 6, found[i], cases[i / 6]);
            return DeviceProbe.FirstDifference(cases, found);
        }
    }

    [Fact]
    public void AnAddressSpaceGivesPlacesBack()
    {
        var space = new AddressSpace();
        nint[] addresses = [.. Enumerable.Range(0, 40).Select(i => space.Add(new DeviceBlock(i + 1, 100, null)))];
        for (int i = 0; i < addresses.Length; i++)
        {
            Assert.Equal(i + 1, space[addresses[i] + 99].Handle);
            Assert.Equal(99, AddressSpace.Offset(addresses[i] + 99));
        }
        space.Remove(addresses[7]);
        Assert.Throws<InvalidOperationException>(() => space[addresses[7]]);
        Assert.Equal(addresses[7], space.Add(new DeviceBlock(100, 1, null)));
    }

    [Fact]
    public void ACacheThatOthersMayWriteIsNotUsed()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("modes are Unix's");
            return;
        }
        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        string root = Directory.CreateTempSubdirectory("sextant-cache-").FullName;
        string folder = Path.Combine(root, "kind"), file = Path.Combine(folder, "x.bin");
        string link = Path.Combine(root, "link");
        try
        {
            KernelCache.Write(file, [1, 2, 3]);
            Assert.Equal([1, 2, 3], KernelCache.Read(file)!);
            foreach (string open in (string[])[file, folder, root])
            {
                foreach (UnixFileMode others in (UnixFileMode[])[UnixFileMode.OtherWrite, UnixFileMode.GroupWrite])
                {
                    File.SetUnixFileMode(open, Mine | others);
                    Assert.Null(KernelCache.Read(file));
                    if (open != file)
                    {
                        KernelCache.Write(file, [4]);
                        Assert.Equal([file], Directory.GetFiles(folder));
                    }
                    File.SetUnixFileMode(open, Mine);
                    Assert.Equal([1, 2, 3], KernelCache.Read(file)!);
                }
            }
            // A link is as private as what it leads to.
            Directory.CreateSymbolicLink(link, folder);
            Assert.Equal([1, 2, 3], KernelCache.Read(Path.Combine(link, "x.bin"))!);
            File.SetUnixFileMode(folder, Mine | UnixFileMode.OtherWrite);
            Assert.Null(KernelCache.Read(Path.Combine(link, "x.bin")));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void ACacheThatIsDamagedOrClosedOnlyCostsTime()
    {
        string file = Path.Combine(Path.GetTempPath(), $"sextant-cache-{Environment.ProcessId}", "kind", "x.bin");
        try
        {
            Assert.Null(KernelCache.Read(file));
            KernelCache.Write(file, [1, 2, 3]);
            Assert.Equal([1, 2, 3], KernelCache.Read(file)!);
            byte[] bytes = File.ReadAllBytes(file);
            bytes[^1] ^= 1;
            File.WriteAllBytes(file, bytes);
            Assert.Null(KernelCache.Read(file));
            KernelCache.Write(Path.Combine(file, "below", "a-file.bin"), [1]);
        }
        finally
        {
            Directory.Delete(
                Path.Combine(Path.GetTempPath(), $"sextant-cache-{Environment.ProcessId}"), recursive: true);
        }
    }

    [Fact]
    public void TheCoefficientsAreTheProcessors()
    {
        string kernels = Path.Combine(TestData.Root, "kernels");
        Dictionary<string, float> ours = Numbers(
            Path.Combine(kernels, "gpu", "Constants.h"), "#define ", ' ');
        Dictionary<string, float> theirs = Numbers(
            Path.Combine(kernels, "cpu", "Elementary", "ElementaryConstants.cs"), "public const float ", '=');
        Assert.True(theirs.Count >= 35, $"only {theirs.Count} constants were read");
        foreach ((string name, float value) in theirs)
            Assert.True(ours.TryGetValue(name, out float other)
                && other == value, $"{name} is {value:R}, in kernels/gpu {other:R}");
    }

    /// <summary>
    /// Drivers other than PoCL, which keeps its own, find their programs in our cache; here PoCL stands in for them,
    /// with one kernel, since it compiles all of a program for that. (Half of a binary would end the process in PoCL,
    /// where a checksum keeps such files from any driver.)
    /// </summary>
    [Fact]
    public void WhatADriverCompiledIsLoadedAgain()
    {
        var driver = (OpenClDriver)OpenClHere.Device.Driver;
        nint program = OpenClProgram.Compile(
            driver, "-cl-std=CL1.2", "__kernel void one(__global float* x) { x[get_global_id(0)] = 1.0f; }");
        byte[] binary = OpenClProgram.Binary(program);
        Assert.Equal(0, OpenClNative.clReleaseProgram(program));
        Assert.NotEmpty(binary);
        Assert.True(OpenClProgram.TryLoad(driver, "", binary, out program));
        Assert.NotEqual(0, program);
        Assert.Equal(0, OpenClNative.clReleaseProgram(program));
        Assert.False(OpenClProgram.TryLoad(driver, "", new byte[1000], out program));
        Assert.Equal(0, program);
    }

    // Names without underscores and in one case, so that both files' styles meet.
    private static Dictionary<string, float> Numbers(string file, string start, char separator)
    {
        var numbers = new Dictionary<string, float>();
        foreach (string line in File.ReadLines(file))
        {
            string text = line.Trim();
            if (!text.StartsWith(start, StringComparison.Ordinal))
                continue;
            string[] parts = text[start.Length..].Split(separator, 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && float.TryParse(
                parts[1].Split(';')[0].TrimEnd(
                    'f'), System.Globalization.CultureInfo.InvariantCulture, out float value))
            {
                numbers[parts[0].Replace("_", "", StringComparison.Ordinal).ToUpperInvariant()] = value;
            }
        }
        return numbers;
    }
}
