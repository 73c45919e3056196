using Sextant.Backends;
using Sextant.Gpu.Cuda;
using Sextant.Measurement.Devices.Timing;
using Sextant.Tests;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>Tests that put a driver in CUDA's place run one after the other.</summary>
[CollectionDefinition(nameof(OneFakeCuda))]
public sealed class OneFakeCuda;

/// <summary>
/// The contract of all ops through everything that CUDA needs but a GPU: arguments, streams, copies, graphs.
/// </summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FakeCudaBackendTests : BackendContract, IDisposable
{
    private FakeCuda? _fake;

    public void Dispose() => _fake?.Dispose();

    private protected override Backend Create()
    {
        _fake ??= new FakeCuda(runs: true);
        using CudaDevice device = FakeCuda.Open();
        return device.CreateBackend(Precision.Exact, null);
    }
}

/// <summary>Whole models on a driver that stands in for CUDA's, and what it is asked to do.</summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FakeCudaTests
{
    private static readonly string[] s_texts =
        ["a short text", "", "the second one is a little longer than the first, and has a comma", "water"];

    [Fact]
    public void TheDefaultModelHasTheProcessorsBitsWithAndWithoutGraphs()
    {
        using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
        using var fake = new FakeCuda(runs: true);
        using (CudaDevice device = FakeCuda.Open())
        using (EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device }))
        {
            Assert.StartsWith("CUDA device 0 (a fake)", model.Card.Device, StringComparison.Ordinal);
            // One by one, then as a graph that is made, then as one that is there; and two shapes in turns.
            for (int round = 0; round < 4; round++)
            {
                foreach (string text in s_texts)
                    Assert.Equal(cpu.Embed(text), model.Embed(text));
            }
            Assert.True(fake.Calls("cuGraphLaunch") > 0);
            // A batch of more tokens than a graph is for, twice.
            string[] many = SomeTexts.Make(30, 50);
            int graphs = fake.Calls("cuGraphLaunch");
            for (int round = 0; round < 2; round++)
            {
                var vectors = new float[many.Length * model.Dimensions];
                model.Embed(many, vectors);
                for (int i = 0; i < many.Length; i += 5)
                    Assert.Equal(cpu.Embed(many[i]), vectors.AsSpan(i * model.Dimensions, model.Dimensions).ToArray());
            }
            Assert.Equal(graphs, fake.Calls("cuGraphLaunch"));
        }
        Assert.Equal((0, 0, 0L), (fake.Alive, fake.Blocks, fake.Given));
    }

    [Fact]
    public void AShapeThatCameBeforeIsOneUploadOneGraphAndOneDownload()
    {
        using var fake = new FakeCuda(runs: false);
        using CudaDevice device = FakeCuda.Open();
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device });
        var vector = new float[model.Dimensions];
        // The longest first: memory that grows moves, and what was started before is another sequence then.
        foreach (string text in new[] { "a longer one than all of the others", "water", "bread" })
            model.Embed(text, vector);
        int kernels = fake.Calls("cuGraphAddKernelNode");
        Assert.True(kernels > 10, $"{kernels} kernels");
        fake.ForgetCalls();
        model.Embed("bread", vector);
        Assert.Equal(0, fake.Calls("cuLaunchKernel"));
        Assert.Equal(0, fake.Calls("cuGraphInstantiateWithFlags"));
        foreach (string name in (string[])
            ["cuMemcpyHtoDAsync", "cuGraphLaunch", "cuMemcpyDtoHAsync", "cuStreamSynchronize"])
            Assert.Equal(1, fake.Calls(name));
        Assert.Equal(0, fake.Calls("cuMemAlloc") + fake.Calls("cuMemHostAlloc"));
        // Another shape: its kernels are started one by one, and are as many.
        fake.ForgetCalls();
        model.Embed("a longer one than others", vector);
        Assert.Equal((kernels, 0), (fake.Calls("cuLaunchKernel"), fake.Calls("cuGraphLaunch")));
    }

    [Fact]
    public void SteadyStateAllocatesNothing()
    {
        using var fake = new FakeCuda(runs: false);
        using CudaDevice device = FakeCuda.Open();
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device });
        string[] texts = SomeTexts.Make(20, 60);
        var vectors = new float[texts.Length * model.Dimensions];
        Assert.Equal(0, Allocations.WhenSteady(() =>
        {
            model.Embed(texts, vectors);
            model.Embed("water", vectors.AsSpan(0, model.Dimensions));
        }));
    }

    [Fact]
    public void GraphsAreBoundedAndGivenBack()
    {
        using var fake = new FakeCuda(runs: false);
        var driver = new CudaDriver(CudaDeviceInfo.All(FakeCuda.Api)[0]);
        nint memory = driver.Allocate(1 << 20);
        var space = new AddressSpace();
        nint address = space.Add(new DeviceBlock(memory, 1 << 20, null));
        using (var queue = (CudaQueue)driver.CreateQueue())
        {
            queue.Expect(1);
            for (int shape = 0; shape < CudaGraphs.MaxGraphs + 10; shape++)
            {
                for (int round = 0; round < 3; round++)
                    Start(queue, shape + 1, CudaGraphs.MinLaunches);
            }
            Assert.Equal(CudaGraphs.MaxGraphs, queue.Graphs!.Count);
            Assert.Equal(10, fake.Calls("cuGraphExecDestroy"));
            // What makes room is what was not used for longest.
            fake.ForgetCalls();
            Start(queue, CudaGraphs.MaxGraphs + 10, CudaGraphs.MinLaunches);
            Assert.Equal((1, 0), (fake.Calls("cuGraphLaunch"), fake.Calls("cuLaunchKernel")));
            Start(queue, 1, CudaGraphs.MinLaunches);
            Assert.Equal((1, CudaGraphs.MinLaunches), (fake.Calls("cuGraphLaunch"), fake.Calls("cuLaunchKernel")));
            // Too few kernels for a graph, and more tokens than it is for.
            fake.ForgetCalls();
            for (int round = 0; round < 3; round++)
                Start(queue, 5, CudaGraphs.MinLaunches - 1);
            queue.Expect(CudaQueue.FewTokens + 1);
            for (int round = 0; round < 3; round++)
                Start(queue, 6, CudaGraphs.MinLaunches);
            Assert.Equal(
                (0, 3 * (CudaGraphs.MinLaunches - 1) + 3 * CudaGraphs.MinLaunches),
                (fake.Calls("cuGraphLaunch"), fake.Calls("cuLaunchKernel")));
        }
        driver.Free(memory);
        driver.Release();
        Assert.Equal((0, 0), (fake.Alive, fake.Blocks));

        void Start(CudaQueue queue, int rows, int count)
        {
            for (int i = 0; i < count; i++)
            {
                var launch = new KernelLaunch(GpuKernel.ClearIntegers, 1);
                launch.Add(space, address, sizeof(int));
                launch.Add(rows);
                queue.Launch(in launch);
            }
            queue.Finish();
        }
    }

    [Theory]
    [InlineData("cuGraphCreate")]
    [InlineData("cuGraphAddKernelNode")]
    [InlineData("cuGraphInstantiateWithFlags")]
    [InlineData("cuGraphLaunch")]
    public void AGraphThatFailsIsAnErrorAndLeaksNothing(string name)
    {
        using var fake = new FakeCuda(runs: false);
        using (CudaDevice device = FakeCuda.Open())
        using (EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device }))
        {
            model.Embed("water");
            fake.Fail(name, 1, name == "cuGraphAddKernelNode" ? 3 : 0);
            var error = DeviceErrors.Throws(DeviceErrorKind.CallFailed, () => model.Embed("water"));
            Assert.Matches(name + "[a-z_0-9 ]* failed with CUDA_ERROR_BY_ITS_NAME \\(1\\)", error.Message);
            fake.FailNothing();
            model.Embed("water");
        }
        Assert.Equal((0, 0), (fake.Alive, fake.Blocks));
    }

    [Fact]
    public void WithoutMemoryForAGraphKernelsAreStartedOneByOne()
    {
        using var fake = new FakeCuda(runs: false);
        using CudaDevice device = FakeCuda.Open();
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device });
        fake.Fail("cuGraphInstantiateWithFlags", 2);
        for (int round = 0; round < 4; round++)
            model.Embed("water");
        Assert.Equal(0, fake.Calls("cuGraphLaunch"));
        Assert.True(fake.Calls("cuGraphInstantiateWithFlags") > 0);
    }

    [Theory]
    [InlineData(11030, false)]
    [InlineData(11040, true)]
    public void OldDriversMakeNoGraphs(int version, bool graphs)
    {
        using var fake = new FakeCuda(runs: false) { Version = version };
        using CudaDevice device = FakeCuda.Open();
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device });
        for (int round = 0; round < 3; round++)
            model.Embed("water");
        Assert.Equal(graphs, fake.Calls("cuGraphCreate") > 0);
    }

    [Fact]
    public void ManyCallersHaveStreamsOfTheirOwn()
    {
        using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
        using var fake = new FakeCuda(runs: true);
        using CudaDevice device = FakeCuda.Open();
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device });
        float[][] expected = [.. s_texts.Select(text => cpu.Embed(text))];
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, caller =>
        {
            for (int round = 0; round < 4; round++)
                Assert.Equal(expected[(caller + round) % 4], model.Embed(s_texts[(caller + round) % 4]));
        });
    }

    [Fact]
    public void KernelsAreTimedByEvents()
    {
        using var fake = new FakeCuda(runs: false);
        var driver = new CudaDriver(CudaDeviceInfo.All(FakeCuda.Api)[0]);
        nint memory = driver.Allocate(1024);
        var space = new AddressSpace();
        nint address = space.Add(new DeviceBlock(memory, 1024, null));
        using (var queue = TimedQueue.On(driver))
        {
            queue.Expect(1);
            for (int i = 0; i < 6; i++)
            {
                var launch = new KernelLaunch(GpuKernel.ClearIntegers, 1);
                launch.Add(space, address, sizeof(int));
                launch.Add(1);
                queue.Launch(in launch);
            }
            Assert.Equal(6 * 2e-3, queue.TakeSeconds(), 9);
            Assert.Equal(0, queue.TakeSeconds());
        }
        Assert.Equal((12, 0), (fake.Calls("cuEventRecord"), fake.Calls("cuGraphCreate")));
        driver.Free(memory);
        driver.Release();
        Assert.Equal(0, fake.Alive);
    }

    /// <summary>
    /// What the driver API's header says of CUDA_KERNEL_NODE_PARAMS for cuGraphAddKernelNode, 64-bit: the function
    /// (8 bytes), seven sizes of four bytes, four bytes of padding, two pointers.
    /// </summary>
    [Fact]
    public unsafe void AKernelNodeIsLaidOutAsTheDriversHeaderSays()
    {
        CudaKernelNode node = default;
        Assert.Equal(56, sizeof(CudaKernelNode));
        Assert.Equal(8, (byte*)&node.GridX - (byte*)&node);
        Assert.Equal(32, (byte*)&node.SharedBytes - (byte*)&node);
        Assert.Equal(40, (byte*)&node.Parameters - (byte*)&node);
        Assert.Equal(48, (byte*)&node.Extra - (byte*)&node);
    }

    /// <summary>
    /// The primary context is counted: it lives as long as one holder does, and a new one is another.
    /// </summary>
    [Fact]
    public void ADeviceThatIsOpenedTwiceLivesUntilBothAreGoneAndCanBeOpenedAgain()
    {
        using var fake = new FakeCuda(runs: false);
        CudaDevice first = FakeCuda.Open();
        EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = first });
        using (FakeCuda.Open())
            model.Embed("water");
        model.Embed("water");
        first.Dispose();
        model.Embed("water");
        model.Dispose();
        Assert.Equal((0, 0), (fake.Alive, fake.Blocks));
        using (CudaDevice again = FakeCuda.Open())
        using (EmbeddingModel other = EmbeddingModel.LoadDefault(new() { Device = again }))
            other.Embed("water");
        Assert.Equal((0, 0), (fake.Alive, fake.Blocks));
    }
}
