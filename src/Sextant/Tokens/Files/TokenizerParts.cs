namespace Sextant.Tokens;

/// <summary>What a file says, before it is put together.</summary>
internal sealed class TokenizerParts(string file)
{
    internal string File => file;

    internal required TokenModel Model { get; init; }

    internal Normalizer[] Normalizers { get; set; } = [];

    internal PreTokenizer[] PreTokenizers { get; init; } = [];

    internal PostProcessor PostProcessor { get; init; } = PostProcessor.None;

    internal Decoder? Decoder { get; init; }

    internal List<AddedToken> AddedTokens { get; init; } = [];

    internal TruncationSettings? Truncation { get; init; }

    internal PaddingSettings? Padding { get; init; }

    /// <summary>Lower-cases texts before all else, where no step does so yet.</summary>
    internal TokenizerParts Lowercased()
    {
        if (!Array.Exists(Normalizers, step => step is Lowercase))
            Normalizers = [new Lowercase(), .. Normalizers];
        return this;
    }
}
