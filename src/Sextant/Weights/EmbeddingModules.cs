namespace Sextant.Weights;

/// <summary>One step from tokens to the vector, as a line of modules.json describes it.</summary>
/// <param name="Folder">The module's own folder.</param>
internal abstract record EmbeddingModule(string Folder);

/// <summary>The encoder: tokens to hidden states. Its config.json, weights and tokenizer are in its folder.</summary>
/// <param name="Folder">The module's own folder.</param>
/// <param name="MaxTokens">
/// max_seq_length, special tokens included; null: the smaller of the model's positions and the tokenizer's own limit.
/// </param>
/// <param name="LowerCase">do_lower_case: texts are lower-cased before the tokenizer sees them.</param>
internal sealed record TransformerModule(string Folder, int? MaxTokens, bool LowerCase) : EmbeddingModule(Folder)
{
    /// <summary>
    /// A StaticEmbedding instead: token vectors and their mean, with no layers and no pooling module.
    /// </summary>
    public bool IsTable { get; init; }

    /// <summary>query_length and document_length of a late-interaction model; null: as for other texts.</summary>
    public (int? Query, int? Document) RoleTokens { get; init; }

    /// <summary>query_expansion of a late-interaction model; null for none.</summary>
    public QueryExpansion? Expansion { get; init; }
}

/// <summary>Tokens that stand behind a query up to a length (Khattab and Zaharia, 2020).</summary>
/// <param name="Length">Tokens of a query with them.</param>
/// <param name="IsFixed">Whether longer queries are cut to this length.</param>
/// <param name="Attends">Whether other tokens see them.</param>
/// <param name="Token">Which; null: the mask token, or where there is none the end token.</param>
internal sealed record QueryExpansion(int Length, bool IsFixed, bool Attends, string? Token);

/// <summary>Hidden states to one vector.</summary>
/// <param name="Folder">The module's own folder.</param>
/// <param name="Pooling">
/// Names in the order in which their vectors follow each other, joined with '+': cls, max, mean, mean_sqrt_len_tokens,
/// weightedmean, lasttoken.
/// </param>
/// <param name="InputSize">Width of the hidden states.</param>
/// <param name="OutputSize">Width of the vector: the input's times the number of names.</param>
/// <param name="IncludePrompt">False: the prompt's tokens are left out of the pooling.</param>
internal sealed record PoolingModule(string Folder, string Pooling, int InputSize, int OutputSize, bool IncludePrompt)
    : EmbeddingModule(Folder);

/// <summary>
/// activation(W x + b), with 'linear.weight' [out,in] and 'linear.bias' [out] in the folder's safetensors.
/// </summary>
/// <param name="Folder">The module's own folder.</param>
/// <param name="InputSize">in_features.</param>
/// <param name="OutputSize">out_features.</param>
/// <param name="Bias">Whether there is a bias.</param>
/// <param name="Activation">identity, tanh, relu, gelu (the erf form), silu or sigmoid.</param>
internal sealed record DenseModule(string Folder, int InputSize, int OutputSize, bool Bias, string Activation)
    : EmbeddingModule(Folder)
{
    /// <summary>
    /// use_residual: what it took is added to the result, multiplied by 'residual.weight' [out,in] where the sizes
    /// differ.
    /// </summary>
    public bool AddsInput { get; init; }
}

/// <summary>Scales the vector to length one.</summary>
/// <param name="Folder">The module's own folder.</param>
internal sealed record NormalizeModule(string Folder) : EmbeddingModule(Folder);

/// <summary>LayerNorm of the vector, with 'norm.weight' and 'norm.bias' [size] in the folder's safetensors.</summary>
/// <param name="Folder">The module's own folder.</param>
/// <param name="Size">dimension.</param>
internal sealed record LayerNormModule(string Folder, int Size) : EmbeddingModule(Folder);

/// <summary>
/// The average of hidden states by layer in place of the last one's, weighted by 'layer_weights' in the folder's
/// safetensors.
/// </summary>
/// <param name="Folder">The module's own folder.</param>
/// <param name="FirstLayer">layer_start: the first state; 0 is the one before the first layer.</param>
/// <param name="LastLayer">num_hidden_layers: the last state.</param>
internal sealed record WeightedLayersModule(string Folder, int FirstLayer, int LastLayer) : EmbeddingModule(Folder);
