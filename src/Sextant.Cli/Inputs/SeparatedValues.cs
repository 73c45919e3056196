using System.Text;

namespace Sextant.Cli.Inputs;

/// <summary>Reads records of fields: comma-separated as RFC 4180 has it, or separated by tabs.</summary>
/// <remarks>
/// With commas, a field in double quotes may hold commas, line ends and quotes (written twice). With tabs there are no
/// quoted fields, as in the registered text/tab-separated-values: a quote is a quote. Empty lines are no records.
/// </remarks>
internal sealed class SeparatedValues(LineReader lines, bool tabs) : IDisposable
{
    private readonly List<string> _fields = [];

    /// <summary>What errors call the input.</summary>
    public string Name => lines.Name;

    /// <summary>The line where the last record begins, counted from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Reads a record; it is valid until the next call. Null at the end.</summary>
    public List<string>? Read()
    {
        while (lines.Read(out ReadOnlyMemory<byte> line))
        {
            if (line.IsEmpty)
                continue;
            Line = lines.Number;
            _fields.Clear();
            string text = lines.Decode(line.Span);
            if (tabs)
                _fields.AddRange(text.Split('\t'));
            else
                Split(text);
            return _fields;
        }
        return null;
    }

    public void Dispose() => lines.Dispose();

    private void Split(string text)
    {
        for (int i = 0; ; i++)
        {
            if (i < text.Length && text[i] == '"')
            {
                _fields.Add(Quoted(ref text, ref i));
            }
            else
            {
                int comma = text.IndexOf(',', i);
                int end = comma < 0 ? text.Length : comma;
                _fields.Add(text[i..end]);
                i = end;
            }
            if (i == text.Length)
                return;
        }
    }

    // Reads a field from its first quote to after its last one, over as many lines as it takes.
    private string Quoted(ref string text, ref int i)
    {
        var field = new StringBuilder();
        i++;
        while (true)
        {
            int quote = text.IndexOf('"', i);
            if (quote < 0)
            {
                field.Append(text, i, text.Length - i).Append('\n');
                if (!lines.Read(out ReadOnlyMemory<byte> line))
                    throw new InputException(Name, Line, "a field begins with a double quote that nothing closes.");
                (text, i) = (lines.Decode(line.Span), 0);
                continue;
            }
            field.Append(text, i, quote - i);
            i = quote + 1;
            if (i == text.Length || text[i] == ',')
                return field.ToString();
            if (text[i] != '"')
            {
                throw new InputException(
                    Name, lines.Number,
                    "a quoted field goes on after its closing quote; a quote inside is written twice.");
            }
            field.Append('"');
            i++;
        }
    }
}
