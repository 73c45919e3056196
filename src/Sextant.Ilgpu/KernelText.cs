using System.Globalization;
using System.Text.RegularExpressions;

namespace Sextant.Ilgpu;

/// <summary>Puts right what ILGPU writes, where it would cost bits or is not understood by a driver.</summary>
internal static partial class KernelText
{
    /// <summary>OpenCL C.</summary>
    /// <param name="source">As ILGPU wrote it.</param>
    /// <param name="hasGenericSpace">Whether the device has a generic address space (OpenCL 2.0).</param>
    /// <returns>
    /// Without contraction; barriers fence local memory too; without a generic address space, what points to a kernel's
    /// parameters points to global memory (kernels hand nothing else to functions) and atomics are those of 1.2.
    /// </returns>
    public static string OpenCl(string source, bool hasGenericSpace)
    {
        string text = source.Replace(
            "work_group_barrier ( CLK_GLOBAL_MEM_FENCE )",
            $"{(hasGenericSpace ? "work_group_barrier" : "barrier")}(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)",
            StringComparison.Ordinal);
        if (!hasGenericSpace)
        {
            text = text.Replace("__generic ", "global ", StringComparison.Ordinal);
            text = Atomics().Replace(text, "atomic_$1 (");
        }
        return "#pragma OPENCL FP_CONTRACT OFF\n" + Numbered(text);
    }

    /// <summary>PTX: without ".rn" the driver's assembler may contract a product and a sum.</summary>
    public static string Ptx(string source) => Numbered(Roundings().Replace(source, "$1.rn.f$2"));

    // ILGPU's numbers depend on what a context compiled before: caches of compiled kernels would not know the text
    // again.
    private static string Numbered(string text)
    {
        var numbers = new Dictionary<string, string>();
        return Names().Replace(text, match =>
        {
            if (!numbers.TryGetValue(match.Value, out string? name))
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{match.Groups[1].Value}{numbers.Count}");
                numbers.Add(match.Value, name);
            }
            return name;
        });
    }

    [GeneratedRegex(@"atomic_fetch_(\w+) \(\(atomic_\w+\*\)")]
    private static partial Regex Atomics();

    [GeneratedRegex(@"\b(L_|type_|vec|_[ap]_)\d+(?![0-9A-Za-z])")]
    private static partial Regex Names();

    [GeneratedRegex(@"\b(mul|add|sub)\.f(32|64)\b")]
    private static partial Regex Roundings();
}
