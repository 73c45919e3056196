using System.Globalization;
using System.Text.RegularExpressions;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>The kernels of a PTX text. What this machine does not know is refused by its line.</summary>
internal sealed partial class PtxModule
{
    private readonly Dictionary<string, PtxFunction> _functions = [];

    public IReadOnlyDictionary<string, PtxFunction> Functions => _functions;

    public static PtxModule Parse(string text)
    {
        var module = new PtxModule();
        PtxFunctionReader? reader = null;
        (string Name, int Alignment)? dynamic = null;
        (int depth, int number) = (0, 0);
        foreach (string raw in text.Split('\n'))
        {
            number++;
            int comment = raw.IndexOf("//", StringComparison.Ordinal);
            string line = (comment < 0 ? raw : raw[..comment]).Trim();
            if (line.Length == 0)
                continue;
            if (line == "{")
                depth++;
            else if (line == "}")
            {
                if (--depth > 0)
                    continue;
                PtxFunction function = reader!.Finish();
                module._functions.Add(function.Name, function);
                reader = null;
            }
            else if (depth > 0)
                reader!.Read(line, number);
            else if (Entry().Match(line) is { Success: true } entry)
                reader = new PtxFunctionReader(entry.Groups[1].Value, dynamic);
            else if (Dynamic().Match(line) is { Success: true } shared)
                dynamic = (shared.Groups[2].Value, int.Parse(shared.Groups[1].Value, CultureInfo.InvariantCulture));
            else if (reader is not null && Parameter().Match(line) is { Success: true } parameter)
            {
                reader.AddParameter(
                    parameter.Groups[2].Value,
                    int.Parse(parameter.Groups[1].Value, CultureInfo.InvariantCulture) / 8);
            }
            else if (reader is not null && MaxThreads().Match(line) is { Success: true } most)
                reader.MaxThreads = int.Parse(most.Groups[1].Value, CultureInfo.InvariantCulture);
            else if (line != ")" && !Heading().IsMatch(line))
                throw new PtxFault($"line {number}: {line}");
        }
        return module;
    }

    [GeneratedRegex(@"^\.visible \.entry (\w+)\($")]
    private static partial Regex Entry();

    [GeneratedRegex(@"^\.param \.[uf](32|64) (\w+),?$")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^\.maxntid (\d+), 1, 1$")]
    private static partial Regex MaxThreads();

    [GeneratedRegex(@"^\.extern \.shared \.align (\d+) \.b8 (\w+)\[\];$")]
    private static partial Regex Dynamic();

    [GeneratedRegex(@"^\.(version|target|address_size|minnctapersm) ")]
    private static partial Regex Heading();
}
