using System.Text;
using Sextant.Cli.Arguments;

namespace Sextant.Cli.Verbs;

/// <summary>The flag that says what texts are encoded in.</summary>
internal static class EncodingFlag
{
    public static readonly Flag TextEncoding = new(
        "--text-encoding", "NAME",
        "What text without a byte order mark is in: utf-8, utf-16le, utf-16be, latin-1, windows-1252 or another name "
            + "that .NET knows. A mark goes before it. Default: utf-8.");

    /// <summary>
    /// The encoding that the flag names, which throws where bytes are not text; null where it is not given.
    /// </summary>
    public static Encoding? Of(ArgumentValues arguments) =>
        arguments.Text(TextEncoding) is { } name ? Named(name) : null;

    /// <summary>The encoding of a name.</summary>
    /// <exception cref="WrongUsageException">There is none of this name.</exception>
    public static Encoding Named(string name)
    {
        string known = name.ToLowerInvariant() switch
        {
            "latin-1" => "iso-8859-1",
            "cp1252" => "windows-1252",
            var other => other,
        };
        (EncoderFallback encoder, DecoderFallback decoder) =
            (EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(known, encoder, decoder)
                ?? Encoding.GetEncoding(known, encoder, decoder);
        }
        catch (Exception problem) when (problem is ArgumentException or NotSupportedException)
        {
            throw new WrongUsageException(
                $"{TextEncoding.Name} is '{name}'; accepted: utf-8, utf-16le, utf-16be, latin-1, windows-1252 and "
                + "other names that .NET knows");
        }
    }
}
