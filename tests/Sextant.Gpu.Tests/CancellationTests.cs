using Sextant.Backends;
using Sextant.Gpu.OpenCl;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>
/// Where a call that was cancelled stops: between pieces of work, of which long attention is several.
/// </summary>
public sealed class CancellationTests
{
    [Fact]
    public void AttentionInPiecesHasTheSameBits()
    {
        _ = OpenClHere.Device;
        using OpenClDevice device = Impatient.Open();
        var driver = (Impatient)device.Driver;
        using var source = new CancellationTokenSource();
        float[] whole = Attend(device);
        Assert.Equal(1, driver.Pieces);
        using (CallCancellation.Enter(source.Token))
            Assert.Equal(whole, Attend(device));
        Assert.True(driver.Pieces > 11, $"only {driver.Pieces} pieces");
    }

    [Fact]
    public void ACancelledCallStopsBetweenPieces()
    {
        _ = OpenClHere.Device;
        using OpenClDevice device = Impatient.Open();
        var driver = (Impatient)device.Driver;
        using var source = new CancellationTokenSource();
        driver.CancelledByTheNext = source;
        using (CallCancellation.Enter(source.Token))
            Assert.Throws<OperationCanceledException>(() => Attend(device));
        Assert.Equal(1, driver.Pieces);
        _ = Attend(device);
    }

    private static float[] Attend(OpenClDevice device)
    {
        var shape = new AttentionShape { Heads = 2, KeyHeads = 2, HeadSize = 32, Scale = 0.17f };
        using var run = new BackendRun(
            device.CreateBackend(Precision.Exact, null), BackendRun.BatchOf([3, 700], 10));
        int tokens = run.Batch.Tokens;
        Tensor qkv = run.Put(tokens, shape.Columns, FastValues.Of(3, tokens * shape.Columns));
        Tensor y = run.Poisoned(tokens, shape.Heads * shape.HeadSize);
        Tensor scratch = run.Scratch(new ScratchNeeds(700, shape.HeadSize, 0, 1));
        run.Backend.Attend(run.Batch, qkv, shape, null, y, scratch);
        return run.Get(y);
    }

    /// <summary>Looks after every million operations, and counts kernels.</summary>
    private sealed class Impatient(OpenClDeviceInfo info) : OpenClDriver(info)
    {
        public int Pieces { get; private set; }

        public CancellationTokenSource? CancelledByTheNext { get; set; }

        public override double WorkBetweenLooks => 1e6;

        public static OpenClDevice Open() => OpenClDevice.Open(
            DeviceHere.OpenClIndex ?? 0, static info => new Impatient(info));

        public override GpuQueue CreateQueue() => new Watched(base.CreateQueue(), this);

        public void Starts(GpuKernel kernel)
        {
            if (kernel != GpuKernel.Attention32)
                return;
            Pieces++;
            CancelledByTheNext?.Cancel();
            CancelledByTheNext = null;
        }
    }

    private sealed unsafe class Watched(GpuQueue queue, Impatient driver) : GpuQueue
    {
        public override void Expect(int tokens) => queue.Expect(tokens);

        public override byte* Staging(long bytes) => queue.Staging(bytes);

        public override void Upload(nint handle, long offset, byte* source, long bytes) =>
            queue.Upload(handle, offset, source, bytes);

        public override void Download(nint handle, long offset, void* destination, long bytes) =>
            queue.Download(handle, offset, destination, bytes);

        public override void Launch(ref readonly KernelLaunch launch)
        {
            driver.Starts(launch.Kernel);
            queue.Launch(in launch);
        }

        public override void Finish() => queue.Finish();

        public override void Dispose() => queue.Dispose();
    }
}
