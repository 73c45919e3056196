using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Sextant.Indexes;

namespace Sextant.Postgres;

/// <summary>A filter as a condition over the column of attributes, its names and values as parameters.</summary>
/// <remarks>
/// Numbers are compared as numeric, by their values. Texts are compared by code point (collation "C"), by the library
/// by UTF-16 code unit: they differ in the order of characters beyond U+FFFF against U+E000 to U+FFFF.
/// </remarks>
/// <param name="kinds">The attributes that the index has.</param>
/// <param name="parameters">Receives names and values.</param>
internal sealed class FilterSql(IReadOnlyDictionary<string, AttributeKind> kinds, NpgsqlParameterCollection parameters)
{
    /// <summary>A condition that is true or false, and never null.</summary>
    /// <exception cref="ArgumentException">
    /// It was parsed, and names an attribute that no document has, or compares one as its kind is not compared.
    /// </exception>
    public string Of(IndexFilter filter)
    {
        foreach (string name in filter.Node.ParsedNames)
        {
            if (!kinds.ContainsKey(name))
            {
                string names = string.Join(", ", kinds.Keys.Order(StringComparer.Ordinal));
                throw new ArgumentException(
                    $"no document has an attribute '{name}'; there are {(names.Length == 0 ? "none" : names)}.");
            }
        }
        return Of(filter.Node);
    }

    private string Of(FilterNode node) => node switch
    {
        AllNode all => all.Nodes.Length == 0 ? "true" : $"({string.Join(" and ", all.Nodes.Select(Of))})",
        AnyNode any => any.Nodes.Length == 0 ? "false" : $"({string.Join(" or ", any.Nodes.Select(Of))})",
        NotNode not => $"(not {Of(not.Node)})",
        ExistsNode exists => $"jsonb_exists(attributes, {Text(exists.Name)})",
        ComparisonNode comparison => Of(comparison),
        ContainsNode contains => Of(contains),
        _ => throw new UnsupportedRequestException($"a filter of the kind {node.GetType().Name}."),
    };

    private string Of(ComparisonNode node)
    {
        if (!kinds.TryGetValue(node.Name, out AttributeKind kind))
            return "false";
        FilterConditions.Require(node.Name, kind, node.Comparison ?? IndexComparison.Equal);
        string value = $"(attributes ->> {Text(node.Name)})";
        string condition = kind switch
        {
            AttributeKind.Text => Compared(
                $"{value} collate \"C\"", node.Comparison, [.. node.Operands.Select(one => one.Text(node.Name))],
                NpgsqlDbType.Text, ""),
            AttributeKind.Boolean => Compared(
                $"{value}::boolean", node.Comparison, [.. node.Operands.Select(one => one.Flag(node.Name))],
                NpgsqlDbType.Boolean, ""),
            _ => Numbers(value, node, kind),
        };
        return $"coalesce({condition}, false)";
    }

    // A NaN is unlike every number, itself included; the server's is the largest of all, and like itself.
    private string Numbers(string value, ComparisonNode node, AttributeKind kind)
    {
        string[] values = [.. node.Operands.Select(one => Of(one.Number(node.Name, kind)))];
        string unlike = node.Comparison == IndexComparison.NotEqual ? "true" : "false";
        if (node.Comparison is not null && values[0] == "NaN")
            return $"{value} is not null and {unlike}";
        values = [.. values.Where(one => one != "NaN")];
        string condition = Compared($"{value}::numeric", node.Comparison, values, NpgsqlDbType.Text, "::numeric");
        return kind == AttributeKind.Integer ? condition
            : $"case when {value} = 'NaN' then {unlike} else {condition} end";
    }

    private string Of(ContainsNode node)
    {
        if (!kinds.TryGetValue(node.Name, out AttributeKind kind))
            return "false";
        if (!kind.IsList())
            throw new ArgumentException($"'{node.Name}' is {kind.Name()}; only a list contains something.");
        string elements = $"jsonb_array_elements_text(attributes -> {Text(node.Name)}) as element";
        if (kind == AttributeKind.Texts)
            return $"exists(select from {elements} where element = {Text(node.Operand.Text(node.Name))})";
        string number = Of(node.Operand.Number(node.Name, kind.Element()));
        return number == "NaN" ? "false"
            : $"exists(select from {elements} where element::numeric = {Text(number)}::numeric)";
    }

    private static string Of(FilterNumber number) =>
        number.IsReal ? AttributeFields.Text(number.Real) : number.Whole.ToString(CultureInfo.InvariantCulture);

    private string Compared<T>(string value, IndexComparison? comparison, T[] values, NpgsqlDbType type, string cast)
    {
        if (comparison is null)
            return $"{value} = any({Add(values, NpgsqlDbType.Array | type)}{(cast.Length > 0 ? cast + "[]" : "")})";
        string sign = comparison switch
        {
            IndexComparison.Equal => "=",
            IndexComparison.NotEqual => "<>",
            IndexComparison.Less => "<",
            IndexComparison.LessOrEqual => "<=",
            IndexComparison.Greater => ">",
            _ => ">=",
        };
        return $"{value} {sign} {Add(values[0]!, type)}{cast}";
    }

    private string Text(string value) => Add(value, NpgsqlDbType.Text);

    private string Add(object value, NpgsqlDbType type)
    {
        string[] texts = value as string[] ?? (value is string text ? [text] : []);
        if (Array.Exists(texts, one => one.Contains('\0')))
            throw new ArgumentException("a NUL is in the filter, which PostgreSQL cannot keep.");
        parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
        return string.Create(CultureInfo.InvariantCulture, $"${parameters.Count}");
    }
}
