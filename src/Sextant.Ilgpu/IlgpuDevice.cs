using ILGPU;
using Sextant.Gpu;
using Sextant.Gpu.Cuda;
using Sextant.Gpu.OpenCl;

namespace Sextant.Ilgpu;

/// <summary>What ILGPU compiles for.</summary>
public enum IlgpuKind
{
    /// <summary>An NVIDIA GPU, through CUDA's driver.</summary>
    Cuda,

    /// <summary>An OpenCL device, 1.2 or newer.</summary>
    OpenCl,

    /// <summary>
    /// ILGPU's own accelerator, which runs the kernels as C# on threads of this process: for tests, since it is slow.
    /// </summary>
    Cpu,
}

/// <summary>
/// A device on which the kernels of kernels/ilgpu run, in C# and compiled by ILGPU. Exact mode: the processor's own
/// bits; fast mode on CUDA devices of compute capability 8.0 and newer, by the PTX of kernels/gpu in ILGPU's context.
/// </summary>
/// <remarks>Thread-safe. It may be disposed once models are loaded: each holds what it needs.</remarks>
public sealed class IlgpuDevice : GpuDevice
{
    private IlgpuDevice(IlgpuDriver driver)
        : base(driver)
    {
    }

    /// <summary>Opens a device and checks that it computes as exact mode needs.</summary>
    /// <param name="kind">What ILGPU compiles for.</param>
    /// <param name="index">As <c>sextant devices</c> lists them; 0 of <see cref="IlgpuKind.Cpu"/>.</param>
    /// <exception cref="DeviceException">
    /// There is no driver, no such device, one of them is too old, the device fails a check of its arithmetic, or this
    /// is a version of ILGPU whose generated code has not been checked.
    /// </exception>
    /// <exception cref="DeviceException">The driver does not build the kernels.</exception>
    public static IlgpuDevice Open(IlgpuKind kind, int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        IlgpuContext.RequireVersion("ILGPU", IlgpuContext.Version);
        IlgpuDriver driver = kind switch
        {
            IlgpuKind.Cuda => CudaDriverOf(index, CudaDeviceInfo.All()),
            IlgpuKind.OpenCl => OpenOpenCl(index, null),
            IlgpuKind.Cpu => OpenCpu(index),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        return Checked(driver);
    }

    /// <summary>An OpenCL device with one of the two kinds of kernels.</summary>
    internal static IlgpuDevice OpenClWith(int index, bool asProcessor) => Checked(OpenOpenCl(index, asProcessor));

    private static IlgpuDevice Checked(IlgpuDriver driver)
    {
        DeviceProbe.Require(driver);
        CompilerCheck.Require(driver);
        return new IlgpuDevice(driver);
    }

    /// <summary>One of a CUDA driver's devices.</summary>
    internal static IlgpuDevice OpenCuda(int index, CudaDeviceInfo[] all) => Checked(CudaDriverOf(index, all));

    private static IlgpuDriver CudaDriverOf(int index, CudaDeviceInfo[] all)
    {
        GpuDriver.RequireIndex("ilgpu:cuda", index, all.Length, "the driver knows no device.");
        CudaDeviceInfo info = all[index];
        if (info.Problem is { } problem)
            throw DeviceException.Unavailable(info.DisplayName, problem);
        Context context = IlgpuContext.Cuda(index);
        return new IlgpuDriver(
            Required(context, info.DisplayName),
            new IlgpuFacts(
                $"{info.DisplayName} through ILGPU", true, false, false, false, false, info.Memory, 16 * 1024, info));
    }

    private static IlgpuDriver OpenOpenCl(int index, bool? asProcessor)
    {
        // A driver starts when it is first asked, and not every driver minds that two threads ask at once.
        lock (OpenClDeviceInfo.Starting)
        {
            OpenClDeviceInfo[] all = OpenClDeviceInfo.All();
            GpuDriver.RequireIndex(
                "ilgpu:opencl", index, all.Length, "OpenCL has no device here. Install the driver of the device.");
            OpenClDeviceInfo info = all[index];
            if (info.Problem is { } problem)
                throw DeviceException.Unavailable(info.DisplayName, problem);
            Context context = IlgpuContext.OpenCl(info.Id, out bool hasGenericSpace);
            return new IlgpuDriver(
                Required(context, info.DisplayName),
                new IlgpuFacts(
                    $"{info.DisplayName} through ILGPU", hasGenericSpace, asProcessor ?? info.IsProcessor,
                    info.IsProcessor && asProcessor == false, false,
                    OpenClTurns.AreNeeded(info.Platform, info.DriverVersion), info.LargestBlock,
                    info.IsProcessor ? 256 * Math.Max(1, info.Units / 2) : 16 * 1024));
        }
    }

    private static IlgpuDriver OpenCpu(int index)
    {
        GpuDriver.RequireIndex("ilgpu:cpu", index, 1, "");
        return new IlgpuDriver(
            IlgpuContext.Cpu(),
            new IlgpuFacts("ILGPU's processor accelerator", true, false, false, true, false, 1L << 30, 256));
    }

    private static Context Required(Context context, string device)
    {
        if (context.Devices.Length > 0)
            return context;
        context.Dispose();
        throw DeviceException.Unavailable(device, "ILGPU does not take it.");
    }
}
