using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Sextant.Gpu;

namespace Sextant.Ilgpu;

/// <summary>A context of ILGPU with one device in it.</summary>
internal static class IlgpuContext
{
    /// <summary>The version whose text <see cref="KernelText"/> knows.</summary>
    public const string KnownVersion = "1.5.3";

    private static readonly Lock s_lock = new();
    private static bool s_resolving;

    /// <summary>The version that is here.</summary>
    public static string Version { get; } = typeof(Context).Assembly.GetName().Version!.ToString(3);

    /// <summary>Refuses a version whose text nobody has checked.</summary>
    /// <exception cref="DeviceException">It is another one.</exception>
    public static void RequireVersion(string device, string version)
    {
        if (version != KnownVersion)
        {
            throw DeviceException.Unavailable(
                device, $"exact mode is not possible: this is ILGPU {version}, whose generated code has not been "
                + $"checked; {KnownVersion} has. Reference that version.");
        }
    }

    /// <summary>The CUDA device with this number.</summary>
    public static Context Cuda(int index) => Create(builder =>
    {
        int next = 0;
        builder.Cuda(_ => next++ == index);
    });

    /// <summary>The OpenCL device that the driver calls so.</summary>
    /// <param name="id">A cl_device_id.</param>
    /// <param name="hasGenericSpace">Whether it has a generic address space, without which ILGPU takes no device.</param>
    public static Context OpenCl(nint id, out bool hasGenericSpace)
    {
        bool generic = false;
        Context context = Create(builder => builder.OpenCL(device =>
        {
            if (device.DeviceId != id)
                return false;
            generic = device.Capabilities.GenericAddressSpace;
            SetGenericAddressSpace(device.Capabilities, true);
            return true;
        }));
        hasGenericSpace = generic;
        return context;
    }

    /// <summary>ILGPU's own accelerator, which runs kernels as C# on threads of this process.</summary>
    public static Context Cpu() => Create(builder => builder.CPU(new CPUDevice(32, 8, 1)));

    /// <summary>No device: for what only compiles.</summary>
    public static Context None() => Create(_ => { });

    private static Context Create(Action<Context.Builder> choose)
    {
        lock (s_lock)
        {
            // ILGPU asks for libOpenCL.so and libcuda.so, which only development packages have.
            if (!s_resolving)
                NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Resolve);
            s_resolving = true;
        }
        return Context.Create(builder =>
        {
            ExactIntrinsics.Register(builder);
            VectorIntrinsics.Register(builder);
            // Variables of vectors are those of one function, and calls cost registers.
            builder.Inlining(InliningMode.Aggressive).Profiling();
            choose(builder);
        });
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name is NativeLibraries.OpenCl or NativeLibraries.Cuda ? NativeLibraries.Open(name) : 0;

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_GenericAddressSpace")]
    private static extern void SetGenericAddressSpace(CLCapabilityContext capabilities, bool value);
}
