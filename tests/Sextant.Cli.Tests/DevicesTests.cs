using Sextant.Gpu;
using Sextant.Ilgpu;

namespace Sextant.Cli.Tests;

public sealed class DevicesTests(TinyModel model) : IClassFixture<TinyModel>
{
    [Fact]
    public void EveryDeviceIsListedOrSaysWhyNot()
    {
        Outcome outcome = CommandLine.Run("devices");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        Assert.StartsWith("cpu\n", outcome.Output);
        foreach (ListedDevice device in AnyDevice.All())
        {
            Assert.Contains($"\n{device.Choice}\n", outcome.Output);
            if (device.Problem is not null)
                Assert.Contains("cannot be used", outcome.Output);
        }
        Assert.Equal(2, CommandLine.Run("devices", "all").Exit);
    }

    [Theory]
    [InlineData("gpu:0")]
    [InlineData("ilgpu")]
    [InlineData("ilgpu:cpu:0")]
    [InlineData("ilgpu:metal")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("opencl:x")]
    [InlineData("cpu:0")]
    [InlineData("prefer:cpu")]
    [InlineData("")]
    public void ADeviceThatIsNoneIsWrongUsage(string name)
    {
        Outcome outcome = CommandLine.Run("embed", "text", "--device", name);
        Assert.Equal((2, ""), (outcome.Exit, outcome.Output));
        // An empty value is refused for what it is, before it is read.
        Assert.Contains(name.Length == 0 ? "--device is empty" : "accepted: cpu, cuda", outcome.ErrorLine);
    }

    [Theory]
    [InlineData("cuda:99")]
    [InlineData("opencl:99")]
    [InlineData("ilgpu:cuda:99")]
    [InlineData("ilgpu:opencl:99")]
    public void ADeviceThatIsNotThereFailsOrIsReplacedAloud(string name)
    {
        Outcome required = CommandLine.Run("embed", "text", "--model", model.Folder, "--device", name);
        Assert.Equal((1, ""), (required.Exit, required.Output));
        Assert.Contains("sextant embed: ", required.ErrorLine);
        Outcome preferred = CommandLine.Run("embed", "text", "--model", model.Folder, "--device", $"prefer:{name}");
        Assert.Equal(0, preferred.Exit);
        Assert.Contains($"warning: the CPU computes, since prefer:{name} cannot be used: ", preferred.ErrorLine);
        Assert.Equal(CommandLine.Run("embed", "text", "--model", model.Folder).Output, preferred.Output);
        Outcome info = CommandLine.Run("info", "--model", model.Folder, "--device", $"prefer:{name}");
        Assert.Contains("in place of", info.Output);
    }

    [Fact]
    public void FastOnTheCpuIsInt8()
    {
        Outcome outcome = CommandLine.Run("embed", "text", "--model", model.Folder, "--precision", "fast");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        Assert.Equal(
            CommandLine.Run("embed", "text", "--model", model.Folder, "--precision", "int8").Output, outcome.Output);
        Assert.NotEqual(CommandLine.Run("embed", "text", "--model", model.Folder).Output, outcome.Output);
        string info = CommandLine.Run("info", "--model", model.Folder, "--precision", "fast").Output;
        Assert.Contains("int8", info);
        Assert.Contains("cosine to exact 0.99", info);
        Assert.Contains("exact, fast, int8, bf16", CommandLine.Run("devices").Output);
        Assert.Matches(
            "precision +bf16", CommandLine.Run("info", "--model", model.Folder, "--precision", "bf16").Output);
        Assert.Equal(2, CommandLine.Run("embed", "text", "--precision", "quick").Exit);
    }

    [Fact]
    public void VectorsOfADeviceAreTheCpusOwn()
    {
        string[] usable = [.. AnyDevice.All().Where(device => device.Problem is null && device.Choice != "ilgpu:cpu").Select(device => device.Choice)];
        if (usable.Length == 0)
            Assert.Skip("No CUDA or OpenCL device can be used here.");
        string expected = CommandLine.Run("embed", "some words", "--model", model.Folder).Output;
        foreach (string device in usable)
        {
            Outcome outcome = CommandLine.Run("embed", "some words", "--model", model.Folder, "--device", device);
            Assert.Equal((0, "", expected), (outcome.Exit, outcome.Error, outcome.Output));
        }
    }
}
