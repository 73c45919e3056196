using System.Text;
using Sextant.Passages;

namespace Sextant.Cli.Inputs;

/// <summary>What a command line calls standard input.</summary>
internal static class StandardInput
{
    /// <summary>What errors and hits call it.</summary>
    public const string Name = "standard input";

    /// <summary>Whether a path means standard input.</summary>
    public static bool Is(string path) => path is "-" or "/dev/stdin";

    /// <summary>The passages of standard input, as it is read.</summary>
    public static IEnumerable<Passage> Passages(PassageReader reader, Terminal terminal, Encoding? encoding)
    {
        using StreamReader text = TextStream.ReaderOf(terminal.Input, encoding);
        using IEnumerator<Passage> passages = reader.Read(text, Name).GetEnumerator();
        while (MoveNext(passages))
        {
            if (passages.Current.Text.Contains('\0', StringComparison.Ordinal))
                throw new InputException(Name, passages.Current.FirstLine, "a NUL character: this is not text.");
            yield return passages.Current;
        }
    }

    private static bool MoveNext(IEnumerator<Passage> passages)
    {
        try
        {
            return passages.MoveNext();
        }
        catch (DecoderFallbackException problem)
        {
            throw new InputException($"{Name}: not in the encoding it should be (--text-encoding): {problem.Message}");
        }
    }
}
