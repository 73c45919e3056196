using System.Text;

namespace Sextant.Cli.Outputs;

/// <summary>Names and values below headings, the values in one column.</summary>
internal sealed class FactList
{
    private readonly List<(string Name, string? Value)> _lines = [];

    /// <summary>Begins a section.</summary>
    public void Section(string name) => _lines.Add((name, null));

    /// <summary>Adds a fact to the section.</summary>
    public void Add(string name, string value) => _lines.Add((TerminalText.Clean(name), TerminalText.Clean(value)));

    public override string ToString()
    {
        int column = _lines.Max(line => line.Value is null ? 0 : line.Name.Length) + 4;
        var text = new StringBuilder();
        foreach ((string name, string? value) in _lines)
        {
            if (value is null)
                text.Append(text.Length > 0 ? "\n" : "").Append(name).Append('\n');
            else
                text.Append("  ").Append(name.PadRight(column - 2)).Append(value).Append('\n');
        }
        return text.ToString();
    }
}
