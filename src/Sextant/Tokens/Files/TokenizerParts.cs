namespace Sextant.Tokens;

/// <summary>What a file says, before it is put together.</summary>
internal sealed class TokenizerParts(string file)
{
    internal string File => file;

    internal required TokenModel Model { get; init; }

    internal Normalizer[] Normalizers { get; set; } = [];

    internal PreTokenizer[] PreTokenizers { get; set; } = [];

    /// <summary>What the normalizer is, where it is one BertNormalizer.</summary>
    internal BertNormalizerFlags? Bert { get; init; }

    /// <summary>What the pre-tokenizer is, where it is one ByteLevel.</summary>
    internal ByteLevelFlags? ByteLevel { get; init; }

    internal PostProcessor PostProcessor { get; set; } = PostProcessor.None;

    internal Decoder? Decoder { get; init; }

    internal required AddedTokenList AddedTokens { get; init; }

    /// <summary>Whether the model is given token types; otherwise all are 0.</summary>
    internal bool GivesTypes { get; set; } = true;

    internal TruncationSettings? Truncation { get; init; }

    internal PaddingSettings? Padding { get; init; }

    /// <summary>What was found in the files and not used, or used in place of something else, a line each.</summary>
    internal List<string> Notes { get; init; } = [];

    /// <summary>Lower-cases texts before all else, where no step does so yet.</summary>
    internal TokenizerParts Lowercased()
    {
        if (!Array.Exists(Normalizers, step => step is Lowercase))
            Normalizers = [new Lowercase(), .. Normalizers];
        return this;
    }
}
