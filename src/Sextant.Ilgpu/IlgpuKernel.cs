using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using Sextant.Gpu;

namespace Sextant.Ilgpu;

/// <summary>A kernel in C#, and what starts it from a launch.</summary>
/// <param name="Method">The kernel.</param>
/// <param name="GroupSize">Items of its groups.</param>
internal abstract record IlgpuKernel(MethodInfo Method, int GroupSize)
{
    /// <summary>A kernel that takes this structure.</summary>
    public static IlgpuKernel Of<TArguments>(int groupSize, Action<TArguments> kernel)
        where TArguments : struct, IKernelArguments<TArguments> =>
        new WithArguments<TArguments>(kernel.Method, groupSize);

    /// <summary>Makes what starts it on an accelerator.</summary>
    public abstract IlgpuLauncher Launcher(Kernel built);

    private sealed record WithArguments<TArguments>(MethodInfo Method, int GroupSize) : IlgpuKernel(Method, GroupSize)
        where TArguments : struct, IKernelArguments<TArguments>
    {
        public override IlgpuLauncher Launcher(Kernel built) =>
            new IlgpuLauncher<TArguments>(
                built, built.CreateLauncherDelegate<Action<AcceleratorStream, KernelConfig, TArguments>>());
    }
}

/// <summary>Starts one kernel of one accelerator.</summary>
/// <remarks>Thread-safe: setting an OpenCL kernel's arguments is not, so that starts take turns.</remarks>
internal abstract class IlgpuLauncher(Kernel built) : IDisposable
{
    private readonly Lock _lock = new();

    protected Lock Turn => _lock;

    public abstract void Start(IlgpuDriver driver, AcceleratorStream stream, ref readonly KernelLaunch launch);

    public void Dispose() => built.Dispose();
}

/// <summary>The same for kernels that take this structure.</summary>
internal sealed class IlgpuLauncher<TArguments>(
    Kernel built, Action<AcceleratorStream, KernelConfig, TArguments> start) : IlgpuLauncher(built)
    where TArguments : struct, IKernelArguments<TArguments>
{
    public override void Start(IlgpuDriver driver, AcceleratorStream stream, ref readonly KernelLaunch launch)
    {
        var reader = new ArgumentReader(driver, in launch);
        var arguments = TArguments.Read(ref reader);
        if (!reader.IsAtEnd)
            throw new InvalidOperationException($"{GpuKernels.Of(launch.Kernel).Name} was given too many arguments.");
        var size = new KernelConfig(checked((int)launch.Groups), launch.GroupSize);
        lock (Turn)
            start(stream, size, arguments);
    }
}
