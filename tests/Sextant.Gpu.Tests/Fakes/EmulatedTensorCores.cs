using Sextant.Gpu.OpenCl;

namespace Sextant.Gpu.Tests;

/// <summary>
/// An OpenCL device that has fast mode: its kernels' text runs, with what tensor cores do done by the items of a group
/// (kernels/gpu/Warp.h, Warpgroup.h).
/// </summary>
internal sealed class EmulatedTensorCores : OpenClDriver
{
    private const string Options = " -cl-opt-disable";

    private readonly nint _fast;
    private readonly nint _wide;
    private readonly Lazy<nint> _fastPeak;
    private readonly Lazy<nint> _widePeak;

    private EmulatedTensorCores(OpenClDeviceInfo info, FastEmulation emulation, bool wide)
        : base(info)
    {
        string words = KeepLoops + (emulation == FastEmulation.LateCopies ? "#define LATE_COPIES\n" : "");
        _fastPeak = new(() => OpenClProgram.Build(this, words, "FastPeak.cl", Options));
        _widePeak = new(() => OpenClProgram.Build(this, words, "Fast90Peak.cl", Options));
        try
        {
            _fast = OpenClProgram.Build(this, words, "Fast.cl", Options);
            if (wide)
                _wide = OpenClProgram.Build(this, words, "Fast90.cl", Options);
        }
        catch
        {
            Release();
            throw;
        }
    }

    public override bool HasFast => true;

    public override bool HasWide => _wide != 0;

    /// <summary>Opens the first device.</summary>
    /// <param name="emulation">When copies arrive.</param>
    /// <param name="wide">Whether it has the products of warpgroups too.</param>
    public static OpenClDevice Open(FastEmulation emulation, bool wide = false) =>
        OpenClDevice.Open(0, info => new EmulatedTensorCores(info, emulation, wide));

    public override nint ProgramOf(GpuKernel kernel) => GpuKernels.Of(kernel).Module switch
    {
        GpuModule.Fast => _fast,
        GpuModule.Fast90 => _wide,
        GpuModule.FastPeak => _fastPeak.Value,
        GpuModule.Fast90Peak => _widePeak.Value,
        _ => base.ProgramOf(kernel),
    };

    private static nint Built(Lazy<nint> program) => program.IsValueCreated ? program.Value : 0;

    protected override void Close()
    {
        foreach (nint program in (ReadOnlySpan<nint>)[_fast, _wide, Built(_fastPeak), Built(_widePeak)])
        {
            if (program != 0)
                _ = OpenClNative.clReleaseProgram(program);
        }
        base.Close();
    }
}
