namespace Sextant.Indexes;

/// <summary>A value that a document can be found by.</summary>
/// <remarks>A name has always the same kind of value in an index. Immutable; lists are copied.</remarks>
public readonly record struct IndexAttribute
{
    // Of lists: string[], long[] or double[]. Numbers lie in _bits.
    private readonly object? _value;
    private readonly long _bits;

    /// <summary>A text.</summary>
    public IndexAttribute(string name, string text)
        : this(name, AttributeKind.Text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _value = text;
    }

    /// <summary>A whole number above <see cref="long.MinValue"/>, which stands for a missing one.</summary>
    public IndexAttribute(string name, long number)
        : this(name, AttributeKind.Integer)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(number, long.MinValue);
        _bits = number;
    }

    /// <summary>A number; NaN is one of them, whatever its bits.</summary>
    public IndexAttribute(string name, double number)
        : this(name, AttributeKind.Double) => _bits = BitConverter.DoubleToInt64Bits(Canonical(number));

    /// <summary>True or false.</summary>
    public IndexAttribute(string name, bool value)
        : this(name, AttributeKind.Boolean) => _bits = value ? 1 : 0;

    /// <summary>A moment: the whole number of 100 ns since year 1 began, UTC. Its offset is not kept.</summary>
    public IndexAttribute(string name, DateTimeOffset moment)
        : this(name, moment.UtcTicks)
    {
    }

    /// <summary>A list of texts, none of them null.</summary>
    public IndexAttribute(string name, IEnumerable<string> texts)
        : this(name, AttributeKind.Texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        string[] copy = [.. texts];
        if (Array.IndexOf(copy, null) >= 0)
            throw new ArgumentException($"a text of '{name}' is null.", nameof(texts));
        _value = copy;
    }

    /// <summary>A list of whole numbers, each of which may be any.</summary>
    public IndexAttribute(string name, IEnumerable<long> numbers)
        : this(name, AttributeKind.Integers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        _value = numbers.ToArray();
    }

    /// <summary>A list of numbers.</summary>
    public IndexAttribute(string name, IEnumerable<double> numbers)
        : this(name, AttributeKind.Doubles)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        _value = numbers.Select(Canonical).ToArray();
    }

    private IndexAttribute(string name, AttributeKind kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (Name, Kind) = (name, kind);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What its value is.</summary>
    public AttributeKind Kind { get; }

    /// <summary>The text; null where it is none.</summary>
    public string? Text => _value as string;

    /// <summary>The whole number; 0 where it is none.</summary>
    public long Number => Kind == AttributeKind.Integer ? _bits : 0;

    /// <summary>
    /// The value, by its kind: string, long, double, bool, or a read-only list of string, long or double.
    /// </summary>
    public object Value => Kind switch
    {
        AttributeKind.Integer => _bits,
        AttributeKind.Double => Real,
        AttributeKind.Boolean => _bits != 0,
        AttributeKind.Texts => Array.AsReadOnly((string[])_value!),
        AttributeKind.Integers => Array.AsReadOnly((long[])_value!),
        AttributeKind.Doubles => Array.AsReadOnly((double[])_value!),
        _ => _value ?? "",
    };

    /// <summary>The number of a <see cref="AttributeKind.Double"/>.</summary>
    internal double Real => BitConverter.Int64BitsToDouble(_bits);

    /// <summary>The number, the bits of a number, or 1 for true.</summary>
    internal long Bits => _bits;

    internal ReadOnlySpan<string> Texts => (string[]?)_value;

    internal ReadOnlySpan<long> Integers => (long[]?)_value;

    internal ReadOnlySpan<double> Doubles => (double[]?)_value;

    /// <summary>Whether name, kind and value are the same; numbers are compared by their bits.</summary>
    public bool Equals(IndexAttribute other) =>
        Name == other.Name && Kind == other.Kind && _bits == other._bits && Kind switch
        {
            AttributeKind.Texts => Texts.SequenceEqual(other.Texts),
            AttributeKind.Integers => Integers.SequenceEqual(other.Integers),
            AttributeKind.Doubles => Doubles.SequenceEqual(other.Doubles), // Equals: a NaN is equal to itself
            _ => Text == other.Text,
        };

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Kind, _bits, Text);

    // One NaN: the bits of another stand for a missing number.
    private static double Canonical(double number) => double.IsNaN(number) ? double.NaN : number;
}
