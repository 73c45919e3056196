using System.Runtime.InteropServices;
using System.Text;
using static Sextant.Gpu.Cuda.CudaNative;

namespace Sextant.Gpu.Cuda;

/// <summary>
/// The modules that CUDA's driver makes of kernels/gpu/ptx, in whatever context is this thread's own: one for each
/// context.
/// </summary>
/// <param name="info">The device.</param>
/// <param name="device">What messages call it.</param>
/// <remarks>Thread-safe. Every call needs the context, which the caller makes current.</remarks>
internal sealed unsafe class CudaModules(CudaDeviceInfo info, string device)
{
    private const int LogBytes = 16 << 10;

    private readonly nint[] _modules = new nint[Enum.GetValues<GpuModule>().Length];
    private readonly nint[] _functions = new nint[GpuKernels.All.Length];
    private readonly Lock _loading = new();

    /// <summary>The device.</summary>
    public CudaDeviceInfo Info => info;

    /// <summary>Whether fast mode's products are those of warpgroups.</summary>
    public bool HasWide { get; private set; }

    /// <summary>Which products fast mode takes and why; null where there is no choice.</summary>
    public string? FastNote { get; private set; }

    /// <summary>Has the driver compile the exact kernels.</summary>
    /// <exception cref="DeviceException">It does not.</exception>
    public void LoadExact() => Load(GpuModule.Exact);

    /// <summary>
    /// Has the driver compile the kernels of fast mode, unless that is done, and chooses the products.
    /// </summary>
    /// <param name="driver">What starts them while they are checked.</param>
    /// <exception cref="DeviceException">It does not.</exception>
    public void LoadFast(GpuDriver driver)
    {
        lock (_loading)
        {
            if (_modules[(int)GpuModule.Fast] != 0)
                return;
            Load(GpuModule.Fast);
            try
            {
                (HasWide, FastNote) = WideProducts.Choose(driver, info, () => Load(GpuModule.Fast90));
            }
            catch
            {
                // Nothing is chosen: the next call begins again.
                Unload(GpuModule.Fast);
                throw;
            }
        }
    }

    /// <summary>A kernel, found on first use.</summary>
    public nint Function(GpuKernel kernel)
    {
        nint found = Volatile.Read(ref _functions[(int)kernel]);
        if (found != 0)
            return found;
        GpuKernelInfo known = GpuKernels.Of(kernel);
        if (GpuKernels.IsOfPeaks(known.Module))
        {
            lock (_loading)
                Load(known.Module);
        }
        fixed (byte* text = Encoding.ASCII.GetBytes(known.Name + "\0"))
        {
            info.Api.Check(
                info.Api.ModuleGetFunction(&found, _modules[(int)known.Module], text), device,
                $"cuModuleGetFunction {known.Name}");
        }
        // What is above 48 KiB has to be asked for.
        if (known.SharedBytes > 0)
        {
            info.Api.Check(
                info.Api.FuncSetAttribute(found, FunctionMaxDynamicSharedSizeBytes, known.SharedBytes), device,
                $"cuFuncSetAttribute {known.Name}");
        }
        Volatile.Write(ref _functions[(int)kernel], found);
        return found;
    }

    /// <summary>Whether a kernel was asked for, as it is before it starts.</summary>
    public bool HasStarted(GpuKernel kernel) => Volatile.Read(ref _functions[(int)kernel]) != 0;

    /// <summary>Starts a kernel.</summary>
    /// <param name="launch">Which, and on what grid.</param>
    /// <param name="parameters">Where each of its arguments is; of memory the device's own address.</param>
    /// <param name="stream">After what is in it.</param>
    public void Start(ref readonly KernelLaunch launch, void** parameters, nint stream)
    {
        int code = info.Api.LaunchKernel(
            Function(launch.Kernel), (uint)launch.Groups, 1, 1, (uint)launch.GroupSize, 1, 1,
            (uint)GpuKernels.Of(launch.Kernel).SharedBytes, stream, parameters, null);
        if (code != Success)
        {
            throw CudaErrors.Of(
                code, info.Api.NameOf(code), device, $"starting {GpuKernels.Name(launch.Kernel)}");
        }
    }

    /// <summary>Gives all modules back.</summary>
    public void Unload()
    {
        foreach (GpuModule module in Enum.GetValues<GpuModule>())
            Unload(module);
    }

    private void Unload(GpuModule module)
    {
        if (_modules[(int)module] != 0)
            _ = info.Api.ModuleUnload(_modules[(int)module]);
        _modules[(int)module] = 0;
        for (int kernel = 0; kernel < _functions.Length; kernel++)
        {
            if (GpuKernels.All[kernel].Module == module)
                Volatile.Write(ref _functions[kernel], 0);
        }
    }

    private void Load(GpuModule kernels)
    {
        if (_modules[(int)kernels] != 0)
            return;
        string name = $"{kernels}.ptx";
        byte[] image = Encoding.ASCII.GetBytes(KernelSources.Read(name) + "\0");
        var log = new byte[LogBytes + 1]; // the last one ends the text, whatever the driver does
        nint module;
        int code;
        string said;
        fixed (byte* text = image, to = log)
        {
            int* names = stackalloc int[] { JitErrorLogBuffer, JitErrorLogBufferSize };
            void** values = stackalloc void*[] { to, (void*)LogBytes };
            code = info.Api.ModuleLoadDataEx(&module, text, 2, names, values);
            said = Marshal.PtrToStringUTF8((nint)to)?.Trim() ?? "";
            if (IsOfCompiler(code))
            {
                throw DeviceException.BuildFailed(
                    device, FormattableString.Invariant(
                        $"the driver does not compile the kernels of {name} ({info.Api.NameOf(code)}, {code})."), said);
            }
        }
        // Whatever else the driver answers: where its compiler said something, that helps.
        info.Api.Check(code, device, $"cuModuleLoadDataEx {name}{(said.Length > 0 ? $" ({said})" : "")}");
        _modules[(int)kernels] = module;
    }
}
