namespace Sextant.Indexes;

/// <summary>What comparisons with operands say of values.</summary>
internal static class FilterConditions
{
    /// <summary>Refuses a comparison that values of a kind do not have.</summary>
    /// <exception cref="ArgumentException">They do not have it.</exception>
    public static void Require(string name, AttributeKind kind, IndexComparison comparison)
    {
        if (kind.IsList())
        {
            throw new ArgumentException(
                $"'{name}' is {kind.Name()}; whether it contains a value can be asked, and whether it exists.");
        }
        if (kind == AttributeKind.Boolean && comparison is not (IndexComparison.Equal or IndexComparison.NotEqual))
            throw new ArgumentException($"'{name}' is true or false: equal or not, but neither less nor greater.");
    }

    /// <summary>For each text of a column, whether the condition holds for it.</summary>
    public static bool[] Texts(Column column, FilterOperand[] operands, IndexComparison? comparison)
    {
        string[] values = [.. operands.Select(one => one.Text(column.Name))];
        HashSet<string>? set = comparison is null ? new HashSet<string>(values, StringComparer.Ordinal) : null;
        bool[] holds = new bool[column.Texts];
        for (int i = 0; i < holds.Length; i++)
        {
            string text = column.Text(i);
            holds[i] = set?.Contains(text) ?? Holds(comparison!.Value, string.CompareOrdinal(text, values[0]));
        }
        return holds;
    }

    /// <summary>The number of a document; null where it has none.</summary>
    public static FilterNumber? Number(Column column, int document)
    {
        if (column.Kind == AttributeKind.Integer)
            return column.Number(document) is { } whole ? FilterNumber.Of(whole) : null;
        return column.Real(document) is { } real ? FilterNumber.Of(real) : null;
    }

    /// <summary>A condition on numbers.</summary>
    public static Func<FilterNumber, bool> Numbers(
        string name, AttributeKind kind, FilterOperand[] operands, IndexComparison? comparison)
    {
        FilterNumber[] values = [.. operands.Select(one => one.Number(name, kind))];
        if (comparison is { } one)
        {
            FilterNumber value = values[0];
            return number => Holds(one, FilterNumber.Compare(number, value));
        }
        if (kind == AttributeKind.Integer && Array.TrueForAll(values, value => !value.IsReal))
        {
            var set = new HashSet<long>(values.Select(value => value.Whole));
            return number => set.Contains(number.Whole);
        }
        return number => Array.Exists(values, value => FilterNumber.Compare(number, value) == 0);
    }

    /// <summary>Whether the element at a position of the lists is the operand.</summary>
    public static Func<long, bool> Element(Column column, FilterOperand operand)
    {
        if (column.Kind == AttributeKind.Texts)
        {
            bool[] texts = Texts(column, [operand], IndexComparison.Equal);
            return position => column.TextOf(position) is >= 0 and int text && texts[text];
        }
        FilterNumber value = operand.Number(column.Name, column.Kind.Element());
        return column.Kind == AttributeKind.Integers
            ? position => FilterNumber.Compare(FilterNumber.Of(column.NumberAt(position)), value) == 0
            : position => FilterNumber.Compare(FilterNumber.Of(column.RealAt(position)), value) == 0;
    }

    // Null: neither less, equal nor greater.
    private static bool Holds(IndexComparison comparison, int? order) => comparison switch
    {
        IndexComparison.Equal => order == 0,
        IndexComparison.NotEqual => order != 0,
        IndexComparison.Less => order < 0,
        IndexComparison.LessOrEqual => order <= 0,
        IndexComparison.Greater => order > 0,
        _ => order >= 0,
    };
}
