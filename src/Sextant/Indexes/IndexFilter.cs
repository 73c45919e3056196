namespace Sextant.Indexes;

/// <summary>A condition on the attributes of documents.</summary>
/// <remarks>
/// A document without the attribute fulfils no comparison with it, <see cref="IndexComparison.NotEqual"/> included; a
/// condition holds or does not, so <see cref="Not"/> of it holds for such a document. Texts are compared code unit by
/// code unit; numbers by their values, whole ones with others exactly; a NaN is unlike every number. Conditions that
/// were parsed refuse an attribute that no document has; those made here by calls find it missing in all of them.
/// Immutable.
/// </remarks>
public sealed class IndexFilter
{
    /// <summary>How deep conditions may be nested: each level takes room on the stack of who asks.</summary>
    internal const int MaxDepth = 1000;

    private readonly FilterNode _node;

    private IndexFilter(FilterNode node) => _node = node.Depth <= MaxDepth
        ? node
        : throw new ArgumentException($"the conditions are nested more than {MaxDepth} deep.");

    /// <summary>Compares an attribute with a value.</summary>
    /// <param name="comparison">
    /// Lists are not compared; true and false only by <see cref="IndexComparison.Equal"/> and
    /// <see cref="IndexComparison.NotEqual"/>.
    /// </param>
    /// <param name="value">The attribute's name, and what its value is compared with.</param>
    /// <exception cref="ArgumentException">Values of this kind are not compared so.</exception>
    public static IndexFilter Where(IndexComparison comparison, IndexAttribute value)
    {
        FilterOperand operand = FilterOperand.Of(value);
        if (!Enum.IsDefined(comparison))
            throw new ArgumentOutOfRangeException(nameof(comparison), comparison, "there is no such comparison.");
        FilterConditions.Require(value.Name, value.Kind, comparison);
        return new IndexFilter(new ComparisonNode(value.Name, comparison, [operand]));
    }

    /// <summary>Whether the attribute's value is one of several.</summary>
    /// <param name="values">At least one; all have the attribute's name.</param>
    /// <exception cref="ArgumentException">There is none, one is a list, or their names differ.</exception>
    public static IndexFilter In(params IEnumerable<IndexAttribute> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        IndexAttribute[] all = [.. values];
        if (all.Length == 0 || Array.Exists(all, one => one.Name != all[0].Name || one.Kind.IsList()))
            throw new ArgumentException("single values of one attribute are needed.", nameof(values));
        return new IndexFilter(new ComparisonNode(all[0].Name, null, [.. all.Select(FilterOperand.Of)]));
    }

    /// <summary>Whether the attribute is a list that has an element.</summary>
    /// <param name="element">The attribute's name, and the element.</param>
    /// <exception cref="ArgumentException">The element is a list.</exception>
    public static IndexFilter Contains(IndexAttribute element) => element.Kind.IsList()
        ? throw new ArgumentException("an element of a list is no list.", nameof(element))
        : new IndexFilter(new ContainsNode(element.Name, FilterOperand.Of(element)));

    /// <summary>Whether a document has the attribute.</summary>
    public static IndexFilter Exists(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new IndexFilter(new ExistsNode(name, IsParsed: false));
    }

    /// <summary>Whether all conditions hold; none holds for all documents.</summary>
    /// <exception cref="ArgumentException">They are nested more than 1000 deep; And in And is no nesting.</exception>
    public static IndexFilter And(params IEnumerable<IndexFilter> filters) =>
        new(new AllNode([.. Nodes(filters).SelectMany(one => one is AllNode all ? all.Nodes : [one])]));

    /// <summary>Whether one of the conditions holds; none holds for no document.</summary>
    /// <exception cref="ArgumentException">They are nested more than 1000 deep; Or in Or is no nesting.</exception>
    public static IndexFilter Or(params IEnumerable<IndexFilter> filters) =>
        new(new AnyNode([.. Nodes(filters).SelectMany(one => one is AnyNode any ? any.Nodes : [one])]));

    /// <summary>Whether a condition does not hold.</summary>
    /// <exception cref="ArgumentException">It is nested more than 999 deep.</exception>
    public static IndexFilter Not(IndexFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return new IndexFilter(new NotNode(filter._node));
    }

    /// <summary>Reads conditions, all of which must hold.</summary>
    /// <param name="conditions">
    /// Each is NAME=VALUE, !=, &lt;, &lt;=, &gt; or &gt;= instead of =, NAME in (VALUE, VALUE, …), NAME contains VALUE,
    /// NAME exists or NAME missing; or conditions in parentheses, joined by and, or, not: (a=1) or not (b>2). What
    /// begins with a parenthesis, or with not and one, is of the second form; in it, a value with parentheses, or with
    /// a comma in a list, stands in double quotes. A value is read as the attribute's kind: true and false; whole
    /// numbers, also as a date or moment of ISO 8601 (100 ns since year 1, UTC); numbers; texts.
    /// </param>
    /// <exception cref="ArgumentException">One is not of this form.</exception>
    public static IndexFilter Parse(params IEnumerable<string> conditions)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        return new IndexFilter(new AllNode([.. conditions.Select(FilterParser.Parse)]));
    }

    /// <summary>Its tree.</summary>
    internal FilterNode Node => _node;

    internal void RequireNames(IReadOnlyList<Segment> segments)
    {
        foreach (string name in _node.ParsedNames)
        {
            if (segments.Count > 0 && !segments.Any(segment => segment.Column(name) is not null))
            {
                string[] names = [.. segments.SelectMany(segment => segment.Columns).Select(column =>
                    column.Name).Distinct()];
                throw new ArgumentException(
                    $"no document has an attribute '{name}'; there are "
                    + $"{(names.Length == 0 ? "none" : string.Join(", ", names))}.");
            }
        }
    }

    /// <summary>Which documents of a segment fulfil it.</summary>
    internal bool[] Accepted(Segment segment) => _node.Accepted(segment);

    private static FilterNode[] Nodes(IEnumerable<IndexFilter> filters)
    {
        ArgumentNullException.ThrowIfNull(filters);
        return [.. filters.Select(one =>
            one?._node ?? throw new ArgumentException("a condition is null.", nameof(filters)))];
    }
}
