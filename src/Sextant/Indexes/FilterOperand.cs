using System.Globalization;

namespace Sextant.Indexes;

/// <summary>What values are compared with: a value, or what somebody typed, read as the attribute's kind.</summary>
internal sealed record FilterOperand(IndexAttribute? Value, string? Typed)
{
    private static readonly string[] s_moments =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public bool IsParsed => Typed is not null;

    public static FilterOperand Of(IndexAttribute value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value.Name, nameof(value));
        return new FilterOperand(value, null);
    }

    public static FilterOperand Of(string typed) => new(null, typed);

    /// <summary>As a text.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public string Text(string name) => Typed ?? Value!.Value.Text ?? throw Wrong(name, AttributeKind.Text);

    /// <summary>As true or false.</summary>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public bool Flag(string name)
    {
        if (Typed is null)
        {
            return Value!.Value.Kind == AttributeKind.Boolean
                ? Value.Value.Bits != 0
                : throw Wrong(name, AttributeKind.Boolean);
        }
        return Typed switch
        {
            "true" => true,
            "false" => false,
            _ => throw Wrong(name, AttributeKind.Boolean),
        };
    }

    /// <summary>As a number.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public FilterNumber Number(string name, AttributeKind kind)
    {
        if (Typed is null)
        {
            return Value!.Value.Kind switch
            {
                AttributeKind.Integer => FilterNumber.Of(Value.Value.Number),
                AttributeKind.Double => FilterNumber.Of(Value.Value.Real),
                _ => throw Wrong(name, kind),
            };
        }
        if (long.TryParse(Typed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            return FilterNumber.Of(whole);
        if (kind == AttributeKind.Integer)
        {
            return DateTimeOffset.TryParseExact(
                Typed, s_moments, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
                out DateTimeOffset moment)
                ? FilterNumber.Of(moment.UtcTicks)
                : throw Wrong(name, kind);
        }
        return double.TryParse(Typed, NumberStyles.Float, CultureInfo.InvariantCulture, out double real)
            ? FilterNumber.Of(real)
            : throw Wrong(name, kind);
    }

    private ArgumentException Wrong(string name, AttributeKind kind) =>
        new($"'{name}' is {kind.Name()}; {(Typed is null ? Value!.Value.Kind.Name() : $"'{Typed}'")} is none.");
}
