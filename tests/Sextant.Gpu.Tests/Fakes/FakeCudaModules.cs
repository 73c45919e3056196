using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Sextant.Gpu.Tests.Ptx;

namespace Sextant.Gpu.Tests;

/// <summary>Modules of PTX and the functions in them.</summary>
internal sealed unsafe partial class FakeCuda
{
    private static int ModuleLoadDataEx(nint* module, void* image, uint options, int* names, void** values)
    {
        int code = Enter("cuModuleLoadDataEx");
        if (code is 218 or 222)
        {
            // The compiler writes to the buffer that the options name.
            Assert.Equal(2u, options);
            Assert.Equal((5, 6), (names[0], names[1]));
            Write((byte*)values[0], (int)values[1], "ptxas error   : something on line 12\n");
        }
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        if (now.Refuses(Text(image)) is var refusal and not 0)
            return refusal;
        lock (now._lock)
        {
            *module = now.Make();
            now._images[*module] = Parsed(now.Rewrites(Text(image)));
        }
        return 0;
    }

    private static int ModuleUnload(nint module)
    {
        int code = Enter("cuModuleUnload");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            if (!s_now._images.Remove(module))
                return 400;
            s_now.Alive--;
        }
        return 0;
    }

    private static int ModuleGetFunction(nint* function, nint module, byte* name)
    {
        int code = Enter("cuModuleGetFunction");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (!now._images.TryGetValue(module, out PtxModule? image))
                return 400;
            if (!image.Functions.TryGetValue(Text(name), out PtxFunction? found))
                return 500;
            now._functions.Add((found, module));
            *function = now._functions.Count;
        }
        return 0;
    }

    private static int FuncGetAttribute(int* value, int attribute, nint function)
    {
        *value = 0;
        int code = Enter("cuFuncGetAttribute");
        // Local memory and registers are what is asked for.
        return code != 0 ? code : attribute is 3 or 4 ? 0 : 1;
    }

    // Of all attributes only the largest dynamic shared memory (8) is set here; a GPU of 9.0 has 227 KiB for a group.
    private static int FuncSetAttribute(nint function, int attribute, int value)
    {
        int code = Enter("cuFuncSetAttribute");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            if (attribute != 8 || value < 0 || value > 227 << 10)
                return 1;
            s_now._sharedBytes[function] = value;
        }
        return 0;
    }

    // What the driver says to a module: 222 where its PTX is newer than the driver, 209 where it is for another device.
    // A target with an "a" is for that compute capability alone, others for theirs and newer ones.
    private int Refuses(string ptx)
    {
        Match version = Regex.Match(ptx, @"^\.version (\d)\.(\d)$", RegexOptions.Multiline);
        Match target = Regex.Match(ptx, @"^\.target sm_(\d+)(a?)$", RegexOptions.Multiline);
        Assert.True(version.Success && target.Success);
        // PTX 6.0 came with CUDA 9.0, 7.0 with 11.0, 8.0 with 12.0.
        if (Version < 1000 * (3 + (version.Groups[1].Value[0] - '0') + (version.Groups[1].Value[0] == '6' ? 0 : 1)))
            return 222;
        int needed = int.Parse(target.Groups[1].Value, CultureInfo.InvariantCulture);
        bool fits = target.Groups[2].Length > 0 ? Capability == needed : Capability >= needed;
        return fits ? 0 : 209;
    }

    private static readonly ConcurrentDictionary<string, PtxModule> s_parsed = new();

    private readonly Dictionary<nint, PtxModule> _images = [];
    private readonly Dictionary<nint, int> _sharedBytes = [];

    private static PtxModule Parsed(string text) => s_parsed.GetOrAdd(text, PtxModule.Parse);
}
