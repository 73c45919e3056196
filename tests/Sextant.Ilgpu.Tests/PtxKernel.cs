using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using Sextant.Gpu;
using Sextant.Gpu.Tests.Ptx;
using Sextant.Ilgpu.Kernels;

namespace Sextant.Ilgpu.Tests;

/// <summary>
/// A kernel's PTX as ILGPU writes it, for the interpreter of the hand-written kernels' PTX, which knows what clang
/// writes: a parameter for each field of the one structure, and the state space of each access to memory. Accesses that
/// name none are those to the views of the parameters.
/// </summary>
internal sealed partial class PtxKernel
{
    private readonly PtxFunction _function;
    private readonly int[] _offsets;
    private readonly Type _arguments;

    public PtxKernel(string text, MethodInfo method)
    {
        _arguments = method.GetParameters()[0].ParameterType;
        (string adapted, _offsets) = Adapt(text);
        _function = PtxModule.Parse(adapted).Functions.Values.Single();
    }

    /// <summary>The kernel's PTX with parameters of their own, and where each lies in the one structure.</summary>
    public static (string Text, int[] Offsets) Adapt(string text)
    {
        string entry = text[text.IndexOf(".visible .entry", StringComparison.Ordinal)..];
        entry = entry[..(entry.IndexOf("\n}", StringComparison.Ordinal) + 2)];
        int[] offsets =
            [.. Parameters().Matches(entry).Select(match => Offset(match.Groups[2].Value)).Distinct().Order()];
        entry = Parameters().Replace(entry, match => $"ld.param.{match.Groups[1].Value}, "
            + $"[p{Offset(match.Groups[2].Value)}]");
        entry = Structure().Replace(
            entry, string.Join(",\n", offsets.Select(offset => $".param .u64 p{offset}")));
        entry = Generic().Replace(entry, "$1.global.$2");
        entry = Atomic().Replace(entry, match => match.Groups[1].Value == "red"
            ? $"atom.{Space(match)}.add.u32 %nothing," : $"atom.{Space(match)}.add.u32");
        return (entry.Replace("\t", " ", StringComparison.Ordinal), offsets);
    }

    /// <summary>Runs it to its end.</summary>
    public void Run(PtxMemory memory, ref readonly KernelLaunch launch)
    {
        byte[] fields = Fields(in launch);
        // What lies after the last field is read as zeros.
        Array.Resize(ref fields, fields.Length + sizeof(ulong));
        var parameters = new ulong[_offsets.Length];
        for (int i = 0; i < parameters.Length; i++)
            parameters[i] = BitConverter.ToUInt64(fields, _offsets[i]);
        PtxMachine.Run(_function, memory, launch.Groups, launch.GroupSize, 0, parameters);
    }

    // The structure as PTX has it: a view is an address and a length, and everything lies at a multiple of its size.
    private byte[] Fields(ref readonly KernelLaunch launch)
    {
        var bytes = new List<byte>();
        int next = 0;
        foreach (FieldInfo field in _arguments.GetFields().OrderBy(field => field.MetadataToken))
        {
            if (field.FieldType.IsGenericType && field.FieldType.GetGenericTypeDefinition() == typeof(ArrayView<>))
            {
                long address = launch.Value(next) + (launch.Value(next + 1) * ElementSize(field.FieldType));
                next += 2;
                Align(bytes, sizeof(long));
                bytes.AddRange(BitConverter.GetBytes(address));
                bytes.AddRange(BitConverter.GetBytes(long.MaxValue));
                continue;
            }
            int size = field.FieldType == typeof(long) ? sizeof(long) : sizeof(int);
            Assert.Equal(launch.Size(next), size);
            Align(bytes, size);
            bytes.AddRange(BitConverter.GetBytes(launch.Value(next++))[..size]);
        }
        Assert.Equal(launch.Count, next);
        return [.. bytes];
    }

    // A launch counts in elements of what is stored, also where four are read as one.
    private static int ElementSize(Type view)
    {
        Type element = view.GetGenericArguments()[0];
        return element == typeof(Float4) || element == typeof(float) || element == typeof(int) ? 4
            : element == typeof(ulong) ? 8 : 2;
    }

    private static void Align(List<byte> bytes, int size)
    {
        while (bytes.Count % size != 0)
            bytes.Add(0);
    }

    private static string Space(Match atomic) => atomic.Groups[2].Length > 0 ? "shared" : "global";

    private static int Offset(string text) =>
        text.Length == 0 ? 0 : int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"ld\.param\.(\S+\s+%\w+),\s*\[_[ap]_\w+\+?(\d*)\]")]
    private static partial Regex Parameters();

    [GeneratedRegex(@"\.param \.align \d+ \.b8 _[ap]_\w+\[\d+\]")]
    private static partial Regex Structure();

    [GeneratedRegex(@"\b(ld|st)\.((?:v4\.)?[bf]\d+)\b")]
    private static partial Regex Generic();

    [GeneratedRegex(@"\b(red|atom)\.add\.(shared\.)?u32")]
    private static partial Regex Atomic();
}
