namespace Sextant.Tokens;

/// <summary>
/// Scripts of code points: those of Unicode 9 for the component UnicodeScripts, today's for patterns.
/// </summary>
internal static class UnicodeScripts
{
    private static readonly List<string> Names = [];

    /// <summary>
    /// The script of every code point of Unicode 9, by number from 1 on; 0 for those it does not have.
    /// </summary>
    internal static byte[] Numbers { get; } = Read();

    /// <summary>Number of a script of Unicode 9 by its name.</summary>
    internal static byte NumberOf(string name) => (byte)(Names.IndexOf(name) + 1);

    /// <summary>The set of a script that a pattern names in capital letters, or null.</summary>
    internal static CodePointSet? Named(string name)
    {
        CodePointSet set = CodePointSet.Read(
            UnicodeData.PatternScripts, value => value.Equals(name, StringComparison.OrdinalIgnoreCase));
        return set.IsEmpty ? null : set;
    }

    private static byte[] Read()
    {
        byte[] numbers = new byte[CodePoints.Last + 1];
        foreach ((int first, int last, string name) in CodePoints.Ranges(UnicodeData.Scripts))
        {
            if (!Names.Contains(name))
                Names.Add(name);
            numbers.AsSpan(first, last - first + 1).Fill(NumberOf(name));
        }
        return numbers;
    }
}
