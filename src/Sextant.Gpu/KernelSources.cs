using System.Text;

namespace Sextant.Gpu;

/// <summary>The kernels as they travel inside the assembly.</summary>
internal static class KernelSources
{
    /// <summary>
    /// A source with the text of its includes in their places: OpenCL's compilers see no files of ours.
    /// </summary>
    public static string Expand(string name)
    {
        var text = new StringBuilder();
        Append(text, name);
        return text.ToString();
    }

    /// <summary>A file as it is.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(KernelSources).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static void Append(StringBuilder text, string name)
    {
        const string Include = "#include \"";
        foreach (string line in Read(name).Split('\n'))
        {
            if (line.StartsWith(Include, StringComparison.Ordinal))
                Append(text, line[Include.Length..line.LastIndexOf('"')]);
            else
                text.Append(line.TrimEnd('\r')).Append('\n');
        }
    }
}
