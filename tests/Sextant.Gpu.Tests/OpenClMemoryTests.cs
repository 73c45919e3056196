using Sextant.Backends;
using Sextant.Tests;

namespace Sextant.Gpu.Tests;

/// <summary>What happens where an OpenCL device's memory does not do, and that it has no fast mode.</summary>
public sealed class OpenClMemoryTests
{
    [Fact]
    public void ABatchThatDoesNotFitIsSplit()
    {
        _ = OpenClHere.Device;
        string[] texts = SomeTexts.Make(40, 60);
        using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
        var expected = new float[texts.Length * cpu.Dimensions];
        cpu.Embed(texts, expected);
        using OpenClDevice small = SmallMemory.Open(WeightBytes() + (700 << 10));
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = small });
        var vectors = new float[expected.Length];
        model.Embed(texts, vectors);
        Assert.Equal(expected, vectors);
    }

    [Fact]
    public void ATextThatDoesNotFitIsRefusedBySize()
    {
        _ = OpenClHere.Device;
        using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
        using OpenClDevice small = SmallMemory.Open(WeightBytes() + (1 << 20));
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = small });
        string text = string.Join(' ', Enumerable.Repeat("water", 500));
        var error = DeviceErrors.Throws(DeviceErrorKind.OutOfMemory, () => model.Embed(text));
        Assert.Contains("text 0 alone has", error.Message, StringComparison.Ordinal);
        Assert.True(error.Bytes > 1 << 20);
        Assert.Equal(cpu.Embed("short"), model.Embed("short"));
    }

    [Fact]
    public void FastIsRefused()
    {
        var error = Assert.Throws<UnsupportedRequestException>(
            () => EmbeddingModel.LoadDefault(new() { Device = OpenClHere.Device, Precision = Precision.Fast }));
        Assert.Contains("exact only", error.Message, StringComparison.Ordinal);
    }

    // The default model on this device.
    private static long WeightBytes()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = OpenClHere.Device });
        return model.Card.PackedBytes;
    }
}
