using System.Reflection;
using Sextant.Backends;
using Sextant.Measurement;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Devices.Timing;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;

namespace Sextant.Gpu.Tests;

/// <summary>What <c>sextant bench --device</c> measures, on a device.</summary>
public sealed class DeviceBenchTests
{
    private static readonly Action<string> s_silent = _ => { };

    [Fact]
    public void EveryOpIsComparedBitByBit()
    {
        Device device = DeviceHere.Device;
        using var context = new MeasureContext(SamplingPlan.Quick, true, s_silent);
        List<BenchRow> rows = new DeviceKernelBench(context, BenchDevice.Of(DeviceHere.Name, device)).Run(new KernelChoice
        {
            Mode = KernelMode.Bitwise,
            Shapes = [(null, [5, 40]), (null, [5, 40, 32]), (null, [2, 37, 3, 32])],
        });
        Assert.Equal(
            BackendOpCatalog.Ops.Select(op => op.Op).Order(), rows.Select(row => row.Label("op")).Distinct().Order());
        Assert.All(rows, row =>
        {
            Assert.True(row.BitEqual, row.Id);
            Assert.DoesNotContain(row.Notes, note => note.StartsWith("WRONG", StringComparison.Ordinal));
            Assert.StartsWith($"sextant bench kernels --device {DeviceHere.Name} --op ", row.Repeat, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void AnOpIsTimedByTheDeviceAndByTheWall()
    {
        Device device = DeviceHere.Device;
        using var context = new MeasureContext(SamplingPlan.Quick, true, s_silent);
        BenchRow row = Assert.Single(new DeviceKernelBench(context, BenchDevice.Of(DeviceHere.Name, device)).Run(
            new KernelChoice { Ops = ["layernorm"], Shapes = [(null, [64, 384])] }));
        Assert.Equal(SamplingPlan.MinRounds, row.Samples.Length);
        Assert.All(row.Samples, seconds => Assert.True(seconds > 0));
        Assert.True(row.Metric("wall_seconds") > 0);
        // A processor's share would be of ceilings that a GPU's kernels do not reach there.
        if (DeviceCeilings.DriverOf(device).IsProcessor)
            Assert.Null(row.Metric("roofline"));
        else
            Assert.True(row.Metric("roofline") > 0);
        Assert.True(row.BitEqual);
    }

    [Fact]
    public void TheScanOfCodesIsTimedAndItsHitsAreTheProcessors()
    {
        var on = BenchDevice.Of(DeviceHere.Name, DeviceHere.Device);
        using var context = new MeasureContext(SamplingPlan.Quick, true, s_silent);
        var choice = new KernelChoice { Ops = ["hamming"], Shapes = [("hamming", [70_000, 128, 2])] };
        BenchRow row = Assert.Single(new DeviceScanBench(context, on).Run(choice));
        Assert.True(row.BitEqual);
        // The ten nearest of two queries, ids and distances.
        Assert.Equal(40, row.Metric("compared"));
        Assert.True(row.Metric("wall_seconds") > 0);
        Assert.Equal(70_000 * (16 + 2 * 2) / row.Median / 1e9, row.Metric("gbs")!.Value, 6);
        Assert.Throws<InvalidChoiceException>(() => new DeviceScanBench(context, on).Run(
            choice with { Shapes = [("hamming", [70_000, 100, 1])] }));
        Assert.Throws<InvalidChoiceException>(() => new DeviceScanBench(context, on).Run(
            choice with { Mode = KernelMode.Bitwise }));
        Assert.Throws<InvalidChoiceException>(() => new DeviceScanBench(context, on).Run(
            choice with { Precisions = [Precision.Fast] }));
    }

    [Theory]
    [InlineData("opencl")]
    [InlineData("opencl:0")]
    [InlineData("prefer:opencl")]
    public void ADeviceHasOneNameAndSaysItsDriver(string choice)
    {
        BenchDevice device = BenchDevice.Of(choice, OpenClHere.Device);
        Assert.Equal("opencl:0", device.Name);
        Assert.StartsWith(OpenClHere.Device.Name + ", ", device.Description, StringComparison.Ordinal);
        Assert.Matches("[0-9]", device.Description[OpenClHere.Device.Name.Length..]);
        Assert.Equal("cpu", BenchDevice.Of(choice, Device.Cpu).Name);
    }

    [Fact]
    public void EveryCeilingIsMeasured()
    {
        using var ceilings = new DeviceCeilings(DeviceHere.Device);
        foreach (string kind in ceilings.Kinds)
            Assert.InRange(ceilings.Fma(kind), 1e-3, 1e7);
        foreach (MemoryAccess access in Enum.GetValues<MemoryAccess>())
            Assert.InRange(ceilings.Memory(access, ceilings.WorkingSets[0]), 1e-3, 1e6);
        Assert.InRange(ceilings.Latencies.Launch(), 1e-9, 1);
        Assert.InRange(ceilings.Latencies.RoundTrip(), 1e-9, 1);
        Assert.InRange(ceilings.Latencies.RoundTripWithData(), 1e-9, 1);
        Assert.InRange(ceilings.Latencies.Transfer(up: true, 64 << 10), 1e-6, 1e6);
        Assert.InRange(ceilings.Latencies.Transfer(up: false, 64 << 10), 1e-6, 1e6);
    }

    [Fact]
    public void ATimedQueueTellsHowLongItsKernelsRan()
    {
        using var ceilings = new DeviceCeilings(DeviceHere.Device);
        using var timed = TimedQueue.On(ceilings.Driver);
        nint memory = ceilings.Driver.Allocate(4096);
        var space = new AddressSpace();
        nint address = space.Add(new DeviceBlock(memory, 4096, null));
        try
        {
            Launch(GpuKernel.PeakFmaF32);
            Assert.True(timed.TakeSeconds() > 0);
            Assert.Equal(0, timed.TakeSeconds());
            Launch(GpuKernel.PeakFmaF32);
            Assert.Equal(0, timed.TakeSeconds(GpuKernel.HammingScan));
            Assert.Equal(0, timed.TakeSeconds());
        }
        finally
        {
            timed.Finish();
            ceilings.Driver.Free(memory);
        }

        void Launch(GpuKernel kernel)
        {
            var launch = new KernelLaunch(kernel, 1);
            launch.Add(1000);
            launch.Add(space, address, sizeof(float));
            timed.Launch(ref launch);
        }
    }

    /// <summary>What a decorated driver does not pass on would be measured otherwise than models have it.</summary>
    [Fact]
    public void ATimedDriverPassesEverythingOn()
    {
        MethodInfo[] own = [.. typeof(GpuDriver).GetMethods(Members).Where(method => method.IsVirtual
            && method.DeclaringType == typeof(GpuDriver))];
        Assert.Contains(own, method => method.Name == nameof(GpuDriver.ExactTile));
        Assert.All(own, method => Assert.Contains(
            typeof(TimedDriver).GetMethods(Members),
            one => one.DeclaringType == typeof(TimedDriver) && one.GetBaseDefinition() == method));
    }

    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
}
