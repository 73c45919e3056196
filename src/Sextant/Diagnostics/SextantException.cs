namespace Sextant;

/// <summary>The root of every error that this library raises on purpose.</summary>
/// <remarks>
/// Wrong arguments (null, a destination that is too short) are the framework's own <see cref="ArgumentException"/>s;
/// cancellation is <see cref="OperationCanceledException"/>. Everything else that can go wrong with a file, a model,
/// a text or a device derives from this type.
/// </remarks>
public abstract class SextantException : Exception
{
    private protected SextantException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>A model file is missing, damaged, hostile, or says something this library does not support.</summary>
/// <remarks>The message reads: file: what was found; what is accepted.</remarks>
public sealed class InvalidModelException : SextantException
{
    /// <summary>Creates the error; <paramref name="problem"/> says what was found and what is accepted.</summary>
    public InvalidModelException(string file, string problem, Exception? inner = null)
        : base($"{file}: {problem}", inner)
    {
        File = file;
        Problem = problem;
    }

    /// <summary>The file (or folder) at fault.</summary>
    public string File { get; }

    /// <summary>What was found and what is accepted, without the file's name.</summary>
    public string Problem { get; }
}

/// <summary>A text has more tokens than the model takes and the truncation policy is <c>Error</c>.</summary>
public sealed class TextTooLongException : SextantException
{
    /// <summary>Creates the error for the text at <paramref name="index"/> of the call.</summary>
    public TextTooLongException(int index, int tokens, int limit)
        : base($"text {index}: {tokens} tokens, special tokens included; this model takes at most {limit}. "
            + "Shorten the text, cut it into passages, or choose truncation Right or Left.")
    {
        Index = index;
        Tokens = tokens;
        Limit = limit;
    }

    /// <summary>Index of the text in the call.</summary>
    public int Index { get; }

    /// <summary>Tokens of the text, special tokens included.</summary>
    public int Tokens { get; }

    /// <summary>The maximum number of tokens the model takes, special tokens included.</summary>
    public int Limit { get; }
}

/// <summary>Token ids given by the caller do not fit the model.</summary>
public sealed class InvalidTokensException : SextantException
{
    /// <summary>Creates the error for the sequence at <paramref name="index"/> of the call.</summary>
    public InvalidTokensException(int index, string problem)
        : base($"sequence {index}: {problem}") => Index = index;

    /// <summary>Index of the sequence in the call.</summary>
    public int Index { get; }
}

/// <summary>An embedding came out with a NaN or an infinity: the weights overflow on this text.</summary>
public sealed class NonFiniteEmbeddingException : SextantException
{
    /// <summary>Creates the error for the text at <paramref name="index"/> of the call.</summary>
    public NonFiniteEmbeddingException(int index)
        : base($"text {index}: its embedding holds a NaN or an infinity, so the model's weights overflow on it.")
        => Index = index;

    /// <summary>Index of the text in the call.</summary>
    public int Index { get; }
}

/// <summary>
/// A request that this model or this machine cannot serve, such as more dimensions than the model has.
/// </summary>
public sealed class UnsupportedRequestException : SextantException
{
    /// <summary>Creates the error; the message says what was asked for and what is accepted.</summary>
    public UnsupportedRequestException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
