using Sextant.Indexes;

namespace Sextant.Extensions.VectorData;

/// <summary>How the values of a type are kept as attributes, and compared as them.</summary>
internal abstract class PropertyValue(Type type, AttributeKind kind)
{
    public const string SupportedTypes = "string, bool, byte, short, int, long, float, double, decimal, Guid, "
        + "DateTime, DateTimeOffset, DateOnly, TimeOnly, and arrays and lists of string, int, long, float, double";

    private static readonly Dictionary<Type, PropertyValue> s_all = new PropertyValue[]
    {
        new Scalar<string>(AttributeKind.Text, (name, value) => new(name, value), one => one.Text!),
        new Scalar<bool>(AttributeKind.Boolean, (name, value) => new(name, value), one => (bool)one.Value),
        new Scalar<byte>(AttributeKind.Integer, (name, value) => new(name, (long)value), one => (byte)one.Number),
        new Scalar<short>(AttributeKind.Integer, (name, value) => new(name, (long)value), one => (short)one.Number),
        new Scalar<int>(AttributeKind.Integer, (name, value) => new(name, (long)value), one => (int)one.Number),
        new Scalar<long>(AttributeKind.Integer, Long, one => one.Number),
        new Scalar<float>(
            AttributeKind.Double, (name, value) => new(name, (double)value), one => (float)(double)one.Value),
        new Scalar<double>(AttributeKind.Double, (name, value) => new(name, value), one => (double)one.Value),
        new Scalar<decimal>(
            AttributeKind.Text, (name, value) => new(name, OrderedDecimal.Write(value)),
            one => OrderedDecimal.Read(one.Text!)),
        new Scalar<Guid>(
            AttributeKind.Text, (name, value) => new(name, value.ToString("D")),
            one => Guid.ParseExact(one.Text!, "D")),
        new Scalar<DateTime>(
            AttributeKind.Integer, (name, value) => new(name, value.Ticks), one => new DateTime(one.Number)),
        new Scalar<DateTimeOffset>(
            AttributeKind.Integer, (name, value) => new(name, value),
            one => new DateTimeOffset(one.Number, TimeSpan.Zero)),
        new Scalar<DateOnly>(
            AttributeKind.Integer, (name, value) => new(name, (long)value.DayNumber),
            one => DateOnly.FromDayNumber((int)one.Number)),
        new Scalar<TimeOnly>(
            AttributeKind.Integer, (name, value) => new(name, value.Ticks), one => new TimeOnly(one.Number)),
        new Sequence<string>(AttributeKind.Texts, Texts, one => (IEnumerable<string>)one.Value),
        new Sequence<int>(
            AttributeKind.Integers, (name, values) => new(name, values.Select(value => (long)value)),
            one => ((IEnumerable<long>)one.Value).Select(value => (int)value)),
        new Sequence<long>(
            AttributeKind.Integers, (name, values) => new(name, values), one => (IEnumerable<long>)one.Value),
        new Sequence<float>(
            AttributeKind.Doubles, (name, values) => new(name, values.Select(value => (double)value)),
            one => ((IEnumerable<double>)one.Value).Select(value => (float)value)),
        new Sequence<double>(
            AttributeKind.Doubles, (name, values) => new(name, values), one => (IEnumerable<double>)one.Value),
    }.ToDictionary(one => one.Type);

    /// <summary>The type of a value, or of an element.</summary>
    public Type Type => type;

    public AttributeKind Kind => kind;

    /// <summary>A value, not null, as an attribute.</summary>
    /// <exception cref="ArgumentException">The value is one that no attribute has.</exception>
    public abstract IndexAttribute Write(string name, object value);

    /// <summary>A single value, or an element of a list, as an attribute to compare with: any value.</summary>
    public IndexAttribute Element(string name, object value) => value is long.MinValue
        ? new IndexAttribute(name, (double)long.MinValue) // the same number, which is no missing one
        : kind.IsList() ? Of(type.GetElementType()!)!.Write(name, value) : Write(name, value);

    /// <summary>The value of an attribute.</summary>
    /// <param name="attribute">Written by <see cref="Write"/>.</param>
    /// <param name="wanted">The property's type: the value's, or a list or array.</param>
    public abstract object Read(in IndexAttribute attribute, Type wanted);

    /// <summary>How values of a property's type are kept; null: not at all.</summary>
    public static PropertyValue? Of(Type wanted)
    {
        Type own = Nullable.GetUnderlyingType(wanted) ?? wanted;
        if (s_all.TryGetValue(own, out PropertyValue? value) && value.Type == own && !value.Kind.IsList())
            return value;
        return s_all.Values.FirstOrDefault(one => one.Reads(own));
    }

    protected virtual bool Reads(Type wanted) => wanted == Type;

    private static IndexAttribute Long(string name, long value) => value != long.MinValue
        ? new IndexAttribute(name, value)
        : throw new ArgumentException($"'{name}' is {long.MinValue}, which stands for a missing number.");

    private static IndexAttribute Texts(string name, IEnumerable<string> values) => values.Contains(null!)
        ? throw new ArgumentException($"an element of '{name}' is null; lists of texts have none.")
        : new IndexAttribute(name, values);

    private sealed class Scalar<T>(
        AttributeKind kind, Func<string, T, IndexAttribute> write, Func<IndexAttribute, T> read)
        : PropertyValue(typeof(T), kind)
    {
        public override IndexAttribute Write(string name, object value) => write(name, (T)value);

        public override object Read(in IndexAttribute attribute, Type wanted) => read(attribute)!;
    }

    private sealed class Sequence<T>(
        AttributeKind kind, Func<string, IEnumerable<T>, IndexAttribute> write,
        Func<IndexAttribute, IEnumerable<T>> read)
        : PropertyValue(typeof(T[]), kind)
    {
        public override IndexAttribute Write(string name, object value) => write(name, (IEnumerable<T>)value);

        public override object Read(in IndexAttribute attribute, Type wanted) =>
            wanted == typeof(T[]) ? read(attribute).ToArray() : read(attribute).ToList();

        protected override bool Reads(Type wanted) => wanted == typeof(T[]) || wanted == typeof(List<T>);
    }
}
