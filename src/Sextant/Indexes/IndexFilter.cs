using System.Globalization;

namespace Sextant.Indexes;

/// <summary>Conditions on attributes, all of which must hold.</summary>
/// <remarks>
/// A document without the attribute fulfils no condition on it, '!=' included. Texts are compared code unit by code
/// unit, numbers as numbers. Immutable.
/// </remarks>
public sealed class IndexFilter
{
    private static readonly string[] Operators = ["!=", "<=", ">=", "=", "<", ">"];

    private readonly List<Condition> _conditions = [];

    private IndexFilter()
    {
    }

    /// <summary>Reads conditions.</summary>
    /// <param name="conditions">
    /// Each is NAME=VALUE, !=, &lt;, &lt;=, &gt; or &gt;= instead of =, or NAME in (VALUE, VALUE, …).
    /// </param>
    /// <exception cref="ArgumentException">One is not of this form.</exception>
    public static IndexFilter Parse(params IEnumerable<string> conditions)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        var filter = new IndexFilter();
        foreach (string one in conditions)
            filter._conditions.Add(ParseOne(one));
        return filter;
    }

    internal void RequireNames(IReadOnlyList<Segment> segments)
    {
        foreach (Condition one in _conditions)
        {
            if (segments.Count > 0 && !segments.Any(segment => segment.Column(one.Name) is not null))
            {
                string[] names = [.. segments.SelectMany(segment => segment.Columns).Select(column =>
                    column.Name).Distinct()];
                throw new ArgumentException(
                    $"no document has an attribute '{one.Name}'; there are "
                    + $"{(names.Length == 0 ? "none" : string.Join(", ", names))}.");
            }
        }
    }

    /// <summary>Which documents of a segment fulfil all conditions.</summary>
    internal bool[] Accepted(Segment segment)
    {
        bool[] accepted = new bool[segment.Documents];
        accepted.AsSpan().Fill(true);
        foreach (Condition one in _conditions)
        {
            if (segment.Column(one.Name) is not { } column)
                accepted.AsSpan().Clear();
            else if (column.IsText)
                Narrow(accepted, column, one);
            else
                NarrowNumbers(accepted, column, one);
        }
        return accepted;
    }

    private static Condition ParseOne(string text)
    {
        int list = text.IndexOf(" in ", StringComparison.Ordinal), position = text.AsSpan().IndexOfAny("=<>!");
        string values = list < 0 ? "" : text[(list + 4)..].Trim();
        // What comes first decides: a value may hold the word, and one in a list the signs.
        if (list > 0 && (position < 0 || list < position) && values.StartsWith('(') && values.EndsWith(')'))
            return new Condition(text[..list].Trim(), "in", values[1..^1].Split(',', StringSplitOptions.TrimEntries));
        foreach (string one in Operators)
        {
            if (position > 0 && text.AsSpan(position).StartsWith(one, StringComparison.Ordinal))
                return new Condition(text[..position].Trim(), one, [text[(position + one.Length)..].Trim()]);
        }
        throw new ArgumentException(
            $"'{text}' is no condition; NAME=VALUE is accepted, with !=, <, <=, > or >= too, and NAME in (VALUE, "
            + "VALUE).");
    }

    private static void Narrow(bool[] accepted, Column column, Condition condition)
    {
        bool[] texts = new bool[column.Texts];
        for (int i = 0; i < texts.Length; i++)
        {
            string text = column.Text(i);
            texts[i] = condition.Operator == "in"
                ? condition.Values.Contains(text, StringComparer.Ordinal)
                : Holds(condition.Operator, string.CompareOrdinal(text, condition.Values[0]));
        }
        for (int document = 0; document < accepted.Length; document++)
        {
            if (accepted[document])
                accepted[document] = column.TextOf(document) is >= 0 and int text && texts[text];
        }
    }

    private static void NarrowNumbers(bool[] accepted, Column column, Condition condition)
    {
        long[] values = [.. condition.Values.Select(value =>
            long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                ? number
                : throw new ArgumentException($"'{condition.Name}' is a whole number; '{value}' is none."))];
        for (int document = 0; document < accepted.Length; document++)
        {
            if (accepted[document])
            {
                accepted[document] = column.Number(document) is { } number && (condition.Operator == "in"
                    ? values.Contains(number)
                    : Holds(condition.Operator, number.CompareTo(values[0])));
            }
        }
    }

    private static bool Holds(string comparison, int order) => comparison switch
    {
        "=" => order == 0,
        "!=" => order != 0,
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };

    private sealed record Condition(string Name, string Operator, string[] Values);
}
