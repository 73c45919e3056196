using Sextant.Backends;
using Sextant.Gpu.Tests;

namespace Sextant.Ilgpu.Tests;

/// <summary>What is refused when a device is opened, and by which name.</summary>
public sealed class OpeningTests
{
    [Theory]
    [InlineData("1.5.2")]
    [InlineData("1.6.0")]
    [InlineData("2.0.0")]
    public void AnotherVersionOfIlgpuIsRefused(string version)
    {
        var error = Assert.Throws<DeviceException>(() => IlgpuContext.RequireVersion("ILGPU", version));
        Assert.Equal(DeviceErrorKind.Unavailable, error.Kind);
        Assert.Contains(version, error.Message, StringComparison.Ordinal);
        Assert.Contains("1.5.3", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "additions in their order")]
    [InlineData(3, "the sign of x + 0")]
    [InlineData(4, "comparisons with NaN")]
    [InlineData(6, "population count")]
    [InlineData(7, "barriers over shared memory")]
    public void ACompilerThatIsWrongIsNamedByItsCheck(int output, string name)
    {
        float[] inputs = CompilerCheck.Inputs();
        float[] found = Computed(inputs);
        Assert.Null(CompilerCheck.FirstDifference(inputs, found));
        found[(8 * 700) + output] = 12345f;
        Assert.Equal(name, CompilerCheck.FirstDifference(inputs, found));
    }

    [Theory]
    [InlineData(IlgpuKind.Cuda)]
    [InlineData(IlgpuKind.OpenCl)]
    [InlineData(IlgpuKind.Cpu)]
    public void ADeviceThatIsNotThereIsRefused(IlgpuKind kind) =>
        Assert.Equal(
            DeviceErrorKind.Unavailable, Assert.Throws<DeviceException>(() => IlgpuDevice.Open(kind, 99)).Kind);

    [Theory]
    [InlineData("ilgpu:cpu", true)]
    [InlineData("ilgpu:cuda", true)]
    [InlineData("ilgpu:opencl:3", true)]
    [InlineData("prefer:ilgpu:opencl", true)]
    [InlineData("gpu", true)]
    [InlineData("prefer:gpu", true)]
    [InlineData("cpu", true)]
    [InlineData("opencl:1", true)]
    [InlineData("ilgpu:cpu:0", false)]
    [InlineData("ilgpu:opencl:x", false)]
    [InlineData("ilgpu", false)]
    [InlineData("gpu:1", false)]
    [InlineData("", false)]
    public void NamesOfDevices(string name, bool known) => Assert.Equal(known, AnyDevice.IsKnown(name));

    [Fact]
    public void AnOpenClDeviceThroughIlgpuSaysWhatItIs()
    {
        Device device = DeviceHere.Device;
        Assert.EndsWith("through ILGPU", device.Name, StringComparison.Ordinal);
        Assert.True(device.Supports(Precision.Exact));
        Assert.False(device.Supports(Precision.Fast));
    }

    private static float[] Computed(float[] inputs)
    {
        var found = new float[4 * inputs.Length];
        for (int i = 0; i < inputs.Length / 2; i++)
        {
            float a = inputs[2 * i], b = inputs[(2 * i) + 1];
            float sum = a + 0.1f, product = a * 0.1f;
            bool above = a > b;
            float[] row =
            [
                sum + 0.7f, product * 0.7f, 0f - a, a + 0f, above ? 0f : a < 3f ? 3f : 2f,
                a < -87f ? 1f : above ? a : b,
                System.Numerics.BitOperations.PopCount(BitConverter.SingleToUInt32Bits(a) * 0x9E3779B97F4A7C15ul),
                inputs[2 * ((i & ~255) + 255 - (i & 255))],
            ];
            row.CopyTo(found, 8 * i);
        }
        return found;
    }
}
