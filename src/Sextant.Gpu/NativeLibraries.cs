using System.Reflection;
using System.Runtime.InteropServices;

namespace Sextant.Gpu;

/// <summary>
/// Finds the drivers' libraries by the names that each system gives them; nothing is loaded before it is asked for.
/// </summary>
internal static class NativeLibraries
{
    /// <summary>The name that the bindings use for OpenCL.</summary>
    public const string OpenCl = "OpenCL";

    /// <summary>The name that the bindings use for CUDA's driver.</summary>
    public const string Cuda = "cuda";

    private static readonly Lock s_lock = new();
    private static bool s_resolving;

    /// <summary>The files that are tried, in order.</summary>
    public static string[] Files(string library) =>
        (library, OperatingSystem.IsWindows(), OperatingSystem.IsMacOS()) switch
        {
            (OpenCl, true, _) => ["OpenCL.dll"],
            (OpenCl, _, true) => ["/System/Library/Frameworks/OpenCL.framework/OpenCL"],
            (OpenCl, _, _) => ["libOpenCL.so.1", "libOpenCL.so"],
            (_, true, _) => ["nvcuda.dll"],
            // Where containers, Linux under Windows and NixOS keep the driver outside of the loader's path; last what
            // may be the toolkit's stand-in.
            _ =>
            [
                "libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1",
                "/run/opengl-driver/lib/libcuda.so.1", "libcuda.so",
            ],
        };

    /// <summary>Loads a library where there is one, and makes the bindings find it.</summary>
    public static bool TryLoad(string library)
    {
        if (Open(library) == 0)
            return false;
        lock (s_lock)
        {
            if (!s_resolving)
                NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
            s_resolving = true;
        }
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name is OpenCl or Cuda ? Open(name) : 0;

    /// <summary>A library's handle; 0 where there is none.</summary>
    public static nint Open(string library)
    {
        foreach (string file in Files(library))
        {
            if (library == Cuda && Path.IsPathRooted(file) && File.Exists(file))
                LoadCompiler(file);
            if (NativeLibrary.TryLoad(file, out nint handle))
                return handle;
        }
        return 0;
    }

    // CUDA's driver asks for its compiler of PTX by name alone. Where the loader did not find the driver by its name it
    // will not find that one either, unless it is there already.
    private static void LoadCompiler(string driver) => NativeLibrary.TryLoad(
        Path.Combine(Path.GetDirectoryName(driver)!, "libnvidia-ptxjitcompiler.so.1"), out _);
}
