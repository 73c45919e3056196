using Sextant.Tokens;
using Sextant.Weights;

namespace Sextant;

/// <summary>
/// Queries of a sparse encoder without inference: each token that occurs has the weight that a table gives it
/// (sentence-transformers' SparseStaticEmbedding; Geng et al., 2024). Thread-safe.
/// </summary>
internal sealed class QueryTable
{
    private readonly string _folder;
    private readonly float[] _weights;
    private readonly int _maxTokens;
    private readonly Lazy<Tokenizer> _tokenizer;

    /// <summary>Reads the weights; the tokenizer is loaded on first use.</summary>
    /// <param name="folder">The module's.</param>
    /// <param name="vocabulary">Terms of documents.</param>
    /// <exception cref="InvalidModelException">The weights are missing, too few, negative or not finite.</exception>
    public QueryTable(string folder, int vocabulary)
    {
        _folder = folder;
        ConfigFile? config = ConfigFile.ReadIfPresent(Path.Combine(folder, "config.json"));
        config?.OptionalBool("frozen");
        if (config is not null && config.Has("path"))
            throw config.Refuse("path", "none: the weights are in model.safetensors");
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        TensorInfo tensor = checkpoint.Require("weight", [vocabulary], $"documents of {vocabulary} terms");
        _weights = new float[vocabulary];
        checkpoint.ReadRows(tensor, 0, _weights);
        int wrong = Array.FindIndex(_weights, weight => !float.IsFinite(weight) || weight < 0);
        if (wrong >= 0)
        {
            throw new InvalidModelException(tensor.File,
                $"'weight' has {MessageText.Number(_weights[wrong])} for token {wrong}; none below 0 is accepted.");
        }
        double limit = ConfigFile.ReadPythonIfPresent(Path.Combine(folder, "tokenizer_config.json"))
            ?.OptionalNumber("model_max_length") ?? int.MaxValue;
        _maxTokens = limit is >= 1 and < int.MaxValue ? (int)limit : int.MaxValue;
        _tokenizer = new(Load, LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>Adds the terms of texts to what was begun.</summary>
    public void Embed(
        IReadOnlyList<string> texts, string prompt, Truncation truncation, int most, SparseVectors destination,
        Span<TextReport> reports, CancellationToken cancellation)
    {
        Tokenizer tokenizer = _tokenizer.Value;
        var options = new EncodeOptions
        {
            AddSpecialTokens = false,
            MaxTokens = _maxTokens == int.MaxValue ? 0 : _maxTokens,
            Side = truncation == Truncation.Left ? TruncationSide.Left : TruncationSide.Right,
        };
        var tokens = new TokenBuffer();
        for (int i = 0; i < texts.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            tokenizer.Encode(prompt + TextInputs.NotNull(texts[i], i, nameof(texts)), tokens, options);
            if (tokens.Truncated > 0 && truncation == Truncation.Error)
                throw new TextTooLongException(i, tokens.Count + tokens.Truncated, _maxTokens);
            int[] ids = [.. tokens.Ids.ToArray().Distinct().Where(id => _weights[id] > 0)];
            if (ids.Length > most)
                ids = [.. ids.OrderByDescending(id => _weights[id]).ThenBy(id => id).Take(most)];
            Array.Sort(ids);
            Span<TermWeight> terms = destination.Reserve(ids.Length);
            for (int t = 0; t < ids.Length; t++)
                terms[t] = new TermWeight(ids[t], _weights[ids[t]]);
            destination.Set(i, ids.Length);
            if (!reports.IsEmpty)
                reports[i] = new TextReport(tokens.Count, tokens.Truncated, tokens.Ids.Count(tokenizer.UnknownId));
        }
    }

    private Tokenizer Load()
    {
        var tokenizer = Tokenizer.LoadFolder(_folder);
        return tokenizer.VocabularySize <= _weights.Length ? tokenizer : throw new InvalidModelException(_folder,
            $"the tokenizer has ids up to {tokenizer.VocabularySize - 1}; the table has {_weights.Length} weights.");
    }
}
