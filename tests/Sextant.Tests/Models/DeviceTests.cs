using Sextant.Backends;
using Sextant.Kernels;

namespace Sextant.Tests.Models;

/// <summary>Which device computes is the caller's choice, and the card says it.</summary>
public class DeviceTests
{
    [Fact]
    public void TheProcessorIsTheDefault()
    {
        using EmbeddingModel unsaid = EmbeddingModel.LoadDefault();
        using EmbeddingModel said = EmbeddingModel.LoadDefault(new() { Device = Device.Cpu });
        Assert.Equal(unsaid.Card.Device, said.Card.Device);
        Assert.Null(unsaid.Card.DeviceFallback);
        Assert.Equal(Precision.Exact, unsaid.Card.Precision);
        Assert.Equal(unsaid.Embed("a text"), said.Embed("a text"));
    }

    [Fact]
    public void AStandInSaysWhy()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault(
            new() { Device = Device.CpuInstead("cuda:0: no driver.") });
        Assert.Equal("cuda:0: no driver.", model.Card.DeviceFallback);
        Assert.StartsWith("CPU", model.Card.Device, StringComparison.Ordinal);
    }

    [Fact]
    public void APrecisionThatADeviceLacksIsRefused()
    {
        var error = Assert.Throws<UnsupportedRequestException>(
            () => EmbeddingModel.LoadDefault(new() { Precision = (Precision)77 }));
        Assert.Contains("precision 77 was asked for; CPU has exact, fast, int8, bf16.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FastOnTheProcessorIsInt8AndSaysSo()
    {
        using EmbeddingModel fast = EmbeddingModel.LoadDefault(new() { Precision = Precision.Fast });
        using EmbeddingModel int8 = EmbeddingModel.LoadDefault(new() { Precision = Precision.Int8 });
        Assert.Equal(Precision.Int8, fast.Card.Precision);
        Assert.Equal("I8", fast.Card.StoredType);
        Assert.Equal(int8.Embed("a text"), fast.Embed("a text"));
    }

    [Fact]
    public void KernelSetsAreTheProcessors() => Assert.Throws<ArgumentException>(() => EmbeddingModel.Load(
        EmbeddingModel.DefaultPath, new() { Device = Device.Cpu }, new KernelSet(Isa.Reference)));
}
