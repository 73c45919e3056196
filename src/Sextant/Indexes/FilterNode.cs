namespace Sextant.Indexes;

/// <summary>A node of a filter's tree.</summary>
internal abstract record FilterNode
{
    /// <summary>Attributes that somebody typed, who is told where no document has them.</summary>
    public virtual IEnumerable<string> ParsedNames => [];

    /// <summary>Nodes from here to the deepest leaf.</summary>
    public virtual int Depth => 1;

    /// <summary>[documents]: which documents of a segment fulfil it.</summary>
    public abstract bool[] Accepted(Segment segment);

    protected static bool[] All(Segment segment)
    {
        bool[] accepted = new bool[segment.Documents];
        accepted.AsSpan().Fill(true);
        return accepted;
    }
}

/// <summary>All of the nodes.</summary>
internal sealed record AllNode(FilterNode[] Nodes) : FilterNode
{
    public override IEnumerable<string> ParsedNames => Nodes.SelectMany(one => one.ParsedNames);

    public override int Depth { get; } = 1 + Nodes.Select(one => one.Depth).DefaultIfEmpty().Max();

    public override bool[] Accepted(Segment segment)
    {
        bool[] accepted = Nodes.Length == 0 ? All(segment) : Nodes[0].Accepted(segment);
        foreach (FilterNode node in Nodes.Skip(1))
        {
            bool[] other = node.Accepted(segment);
            for (int i = 0; i < accepted.Length; i++)
                accepted[i] &= other[i];
        }
        return accepted;
    }
}

/// <summary>One of the nodes.</summary>
internal sealed record AnyNode(FilterNode[] Nodes) : FilterNode
{
    public override IEnumerable<string> ParsedNames => Nodes.SelectMany(one => one.ParsedNames);

    public override int Depth { get; } = 1 + Nodes.Select(one => one.Depth).DefaultIfEmpty().Max();

    public override bool[] Accepted(Segment segment)
    {
        bool[] accepted = new bool[segment.Documents];
        foreach (FilterNode node in Nodes)
        {
            bool[] other = node.Accepted(segment);
            for (int i = 0; i < accepted.Length; i++)
                accepted[i] |= other[i];
        }
        return accepted;
    }
}

/// <summary>Not the node.</summary>
internal sealed record NotNode(FilterNode Node) : FilterNode
{
    public override IEnumerable<string> ParsedNames => Node.ParsedNames;

    public override int Depth { get; } = 1 + Node.Depth;

    public override bool[] Accepted(Segment segment)
    {
        bool[] accepted = Node.Accepted(segment);
        for (int i = 0; i < accepted.Length; i++)
            accepted[i] = !accepted[i];
        return accepted;
    }
}

/// <summary>Whether the attribute is there.</summary>
internal sealed record ExistsNode(string Name, bool IsParsed) : FilterNode
{
    public override IEnumerable<string> ParsedNames => IsParsed ? [Name] : [];

    public override bool[] Accepted(Segment segment)
    {
        bool[] accepted = new bool[segment.Documents];
        if (segment.Column(Name) is { } column)
        {
            for (int document = 0; document < accepted.Length; document++)
                accepted[document] = column.Has(document);
        }
        return accepted;
    }
}

/// <summary>A comparison with one value; null: whether it is one of several.</summary>
internal sealed record ComparisonNode(string Name, IndexComparison? Comparison, FilterOperand[] Operands) : FilterNode
{
    public override IEnumerable<string> ParsedNames => Operands[0].IsParsed ? [Name] : [];

    public override bool[] Accepted(Segment segment)
    {
        bool[] accepted = new bool[segment.Documents];
        if (segment.Column(Name) is not { } column)
            return accepted;
        FilterConditions.Require(Name, column.Kind, Comparison ?? IndexComparison.Equal);
        switch (column.Kind)
        {
            case AttributeKind.Text:
                bool[] texts = FilterConditions.Texts(column, Operands, Comparison);
                for (int i = 0; i < accepted.Length; i++)
                    accepted[i] = column.TextOf(i) is >= 0 and int text && texts[text];
                break;
            case AttributeKind.Boolean:
                bool[] flags = [.. Operands.Select(one => one.Flag(Name))];
                for (int i = 0; i < accepted.Length; i++)
                {
                    accepted[i] = column.Flag(i) is { } flag
                        && flags.Contains(flag) != (Comparison == IndexComparison.NotEqual);
                }
                break;
            default:
                Func<FilterNumber, bool> holds = FilterConditions.Numbers(Name, column.Kind, Operands, Comparison);
                for (int i = 0; i < accepted.Length; i++)
                    accepted[i] = FilterConditions.Number(column, i) is { } number && holds(number);
                break;
        }
        return accepted;
    }
}

/// <summary>Whether a list has an element.</summary>
internal sealed record ContainsNode(string Name, FilterOperand Operand) : FilterNode
{
    public override IEnumerable<string> ParsedNames => Operand.IsParsed ? [Name] : [];

    public override bool[] Accepted(Segment segment)
    {
        bool[] accepted = new bool[segment.Documents];
        if (segment.Column(Name) is not { } column)
            return accepted;
        if (!column.Kind.IsList())
            throw new ArgumentException($"'{Name}' is {column.Kind.Name()}; only a list contains something.");
        Func<long, bool> holds = FilterConditions.Element(column, Operand);
        for (int document = 0; document < accepted.Length; document++)
        {
            if (!column.Elements(document, out long first, out long end))
                continue;
            for (long i = first; i < end && !accepted[document]; i++)
                accepted[document] = holds(i);
        }
        return accepted;
    }
}
