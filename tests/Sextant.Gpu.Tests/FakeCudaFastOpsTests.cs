using Sextant.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>A backend of fast mode whose kernels run from their PTX.</summary>
internal sealed class FakeCudaFast(int capability) : IDisposable
{
    private readonly FakeCuda _fake = new(runs: true) { Capability = capability };
    private CudaDevice? _device;

    /// <summary>With the kernels of fast mode, which its first backend loads.</summary>
    public GpuDriver Driver
    {
        get
        {
            Create().Dispose();
            return _device!.Driver;
        }
    }

    public Backend Create() => (_device ??= FakeCuda.Open()).CreateBackend(Precision.Fast, null);

    public void Dispose()
    {
        _device?.Dispose();
        _fake.Dispose();
    }
}

/// <summary>The products of warps from their PTX.</summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FakeCudaFastProductTests : FastProductTests, IDisposable
{
    private readonly FakeCudaFast _fake = new(80);

    public void Dispose() => _fake.Dispose();

    private protected override FastEmulation[] Emulations => [FastEmulation.EarlyCopies];

    private protected override Backend Create(FastEmulation emulation) => _fake.Create();
}

/// <summary>The products of warpgroups from their PTX.</summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FakeCudaWideProductTests : WideProductTests, IDisposable
{
    private readonly FakeCudaFast _fake = new(90);

    public void Dispose() => _fake.Dispose();

    private protected override FastEmulation[] Emulations => [FastEmulation.EarlyCopies];

    private protected override GpuDriver Driver => _fake.Driver;

    private protected override Backend Create(FastEmulation emulation) => _fake.Create();
}

/// <summary>Attention from its PTX.</summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FakeCudaFastAttentionTests : FastAttentionTests, IDisposable
{
    private readonly FakeCudaFast _fake = new(80);

    public void Dispose() => _fake.Dispose();

    private protected override Backend Fast(FastEmulation emulation) => _fake.Create();
}

/// <summary>The other ops of fast mode from their PTX.</summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FakeCudaFastRowTests : FastRowTests, IDisposable
{
    private readonly FakeCudaFast _fake = new(80);

    public void Dispose() => _fake.Dispose();

    private protected override Backend Create() => _fake.Create();
}
