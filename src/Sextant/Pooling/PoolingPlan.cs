using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Pooling;

/// <summary>One pooling or several whose vectors follow each other, by sentence-transformers' names.</summary>
internal sealed class PoolingPlan
{
    private static readonly (string Name, PoolKind Kind)[] s_names =
    [
        ("cls", PoolKind.Cls),
        ("mean", PoolKind.Mean),
        ("max", PoolKind.Max),
        ("mean_sqrt_len_tokens", PoolKind.MeanSqrtLength),
        ("weightedmean", PoolKind.WeightedMean),
        ("lasttoken", PoolKind.LastToken),
    ];

    private readonly PoolKind[] _kinds;
    private readonly bool _skipPrompt;

    private PoolingPlan(string name, PoolKind[] kinds, bool skipPrompt)
    {
        Name = name;
        _kinds = kinds;
        _skipPrompt = skipPrompt;
    }

    /// <summary>The names, joined with '+'.</summary>
    public string Name { get; }

    /// <summary>Vectors that follow each other.</summary>
    public int Count => _kinds.Length;

    /// <summary>Whether the prompt's tokens stay out.</summary>
    public bool SkipsPrompt => _skipPrompt;

    /// <summary>Reads names joined with '+'.</summary>
    /// <exception cref="UnsupportedRequestException">A name is not known.</exception>
    public static PoolingPlan Parse(string names, bool skipPrompt)
    {
        string[] parts = names.Split('+');
        return new PoolingPlan(names, Array.ConvertAll(parts, Kind), skipPrompt);
    }

    /// <summary>x [T,H] → y [S, H·count].</summary>
    public void Run(Backend backend, PackedBatch batch, Tensor x, Tensor y)
    {
        for (int i = 0; i < _kinds.Length; i++)
            backend.Pool(batch, x, _kinds[i], _skipPrompt, y.ColumnRange(i * x.Columns, x.Columns));
    }

    private static PoolKind Kind(string name)
    {
        foreach ((string known, PoolKind kind) in s_names)
        {
            if (known == name.Trim())
                return kind;
        }
        throw new UnsupportedRequestException(
            $"pooling '{name}' is not known; known are {string.Join(", ", Array.ConvertAll(s_names, n => n.Name))}, "
            + "and several of them joined with '+'.");
    }
}
