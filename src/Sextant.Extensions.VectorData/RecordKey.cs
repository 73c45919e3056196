using System.Globalization;

namespace Sextant.Extensions.VectorData;

/// <summary>Keys of records as keys of documents.</summary>
internal static class RecordKey
{
    public static bool IsSupported(Type type) =>
        type == typeof(string) || type == typeof(int) || type == typeof(long) || type == typeof(Guid);

    /// <summary>The text of a key.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    /// <exception cref="ArgumentException">It is of another type, or an empty text.</exception>
    public static string Text(object? key, Type type)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.GetType() != type)
        {
            throw new ArgumentException(
                $"the key is {key.GetType().Name}; this collection's are {type.Name}.", nameof(key));
        }
        return key switch
        {
            string { Length: > 0 } text => text,
            string => throw new ArgumentException("the key is empty.", nameof(key)),
            Guid guid => guid.ToString("D"),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => throw new ArgumentException($"{type.Name} is no key.", nameof(key)),
        };
    }

    /// <summary>The key of a text.</summary>
    public static object Read(string text, Type type) => type switch
    {
        _ when type == typeof(int) => int.Parse(text, CultureInfo.InvariantCulture),
        _ when type == typeof(long) => long.Parse(text, CultureInfo.InvariantCulture),
        _ when type == typeof(Guid) => Guid.ParseExact(text, "D"),
        _ => text,
    };
}
