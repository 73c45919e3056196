using System.Globalization;

namespace Sextant.Kernels.Tests;

/// <summary>
/// Attention with random queries, keys, values and tables, by the words of a kind such as "after=0,bias=3".
/// </summary>
internal sealed unsafe class AttentionCase
{
    private const int Positions = 32;

    public static readonly string[] Kinds =
    [
        "all", "after=0", "before=0", "before=5,after=0", "before=23,after=0", "before=12,after=12", "before=0,after=0",
        "cap=5", "cap=2,before=40,after=0", "bias=3", "bias=200", "bias=200,after=0", "positions=9", "positions=200",
    ];

    private readonly Dictionary<string, int> _words;
    private readonly int _n, _d;
    private readonly float[] _qkv, _bias, _keys, _queries, _rows;

    private AttentionCase(int n, int d, string kind)
    {
        (_n, _d) = (n, d);
        _words = kind.Split(',').Where(w => w.Contains('=', StringComparison.Ordinal))
            .Select(w => w.Split('=')).ToDictionary(
            w => w[0], w => int.Parse(w[1], CultureInfo.InvariantCulture));
        _qkv = Cases.Random(5, 520 * 3 * d, 2f)[..(n * 3 * d)];
        _bias = Cases.Random(6, 2 * Reach + 1, 3f);
        _keys = Cases.Random(7, d * Positions);
        _queries = Cases.Random(8, d * Positions);
        _rows = [.. Enumerable.Range(-Reach, 2 * Reach + 1)
            .Select(o => (float)Math.Clamp(o + Positions / 2, 0, Positions - 1))];
    }

    private int Reach => Word("bias", Word("positions", 1));

    private float Scale => 1f / MathF.Sqrt(_d);

    /// <param name="isa">Whose kernel.</param>
    /// <param name="n">Tokens.</param>
    /// <param name="d">Elements of the head.</param>
    /// <param name="kind">The words.</param>
    /// <param name="narrow">Whether products are of bfloat16 numbers.</param>
    public static float[] Run(Isa isa, int n, int d, string kind, bool narrow = false) =>
        new AttentionCase(n, d, kind).Run(isa, narrow);

    public static double[] InDouble(int n, int d, string kind) => new AttentionCase(n, d, kind).InDouble();

    private int Word(string name, int otherwise) => _words.GetValueOrDefault(name, otherwise);

    private float[] Run(Isa isa, bool narrow)
    {
        bool positions = _words.ContainsKey("positions");
        using AlignedBuffer qkv = AlignedBuffer.Of(_qkv);
        using AlignedBuffer bias = AlignedBuffer.Of(_bias);
        using AlignedBuffer keys = AlignedBuffer.Of(_keys);
        using AlignedBuffer queries = AlignedBuffer.Of(_queries);
        using AlignedBuffer rows = AlignedBuffer.Of(_rows);
        using var y = new AlignedBuffer(_n * _d);
        using var scratch = new AlignedBuffer(AttentionArguments.ScratchLength(_n, _d, positions ? Positions : 0));
        var kernels = new KernelSet(isa);
        (narrow ? kernels.AttentionBFloat16 : kernels.Attention).Run(new AttentionArguments
        {
            Q = qkv.Pointer,
            K = qkv.Pointer + _d,
            V = qkv.Pointer + 2 * _d,
            Stride = 3 * _d,
            Tokens = _n,
            HeadSize = _d,
            Scale = Scale,
            Before = Word("before", AttentionArguments.Everything),
            After = Word("after", AttentionArguments.Everything),
            Softcap = Word("cap", 0),
            Bias = _words.ContainsKey("bias") ? bias.Pointer : null,
            Reach = Reach,
            PositionKeys = positions ? keys.Pointer : null,
            PositionQueries = positions ? queries.Pointer : null,
            PositionRows = positions ? rows.Pointer : null,
            Positions = positions ? Positions : 0,
            Y = y.Pointer,
            YStride = _d,
            Scratch = scratch.Pointer,
        });
        return y.Span.ToArray();
    }

    private double[] InDouble()
    {
        var y = new double[_n * _d];
        for (int i = 0; i < _n; i++)
        {
            int first = (int)Math.Max(0L, (long)i - Word("before", int.MaxValue));
            int end = (int)Math.Min(_n, i + 1L + Word("after", int.MaxValue));
            double[] scores = [.. Enumerable.Range(first, end - first).Select(j => Score(i, j))];
            double largest = scores.Max();
            double sum = scores.Sum(s => Math.Exp(s - largest));
            for (int e = 0; e < _d; e++)
            {
                for (int j = first; j < end; j++)
                    y[i * _d + e] += Math.Exp(scores[j - first] - largest) / sum * _qkv[(j * 3 + 2) * _d + e];
            }
        }
        return y;
    }

    private double Score(int i, int j)
    {
        double score = Product(i * 3 * _d, j * 3 * _d + _d);
        int place = Math.Clamp(j - i, -Reach, Reach) + Reach;
        if (_words.ContainsKey("positions"))
        {
            int row = (int)_rows[place];
            for (int e = 0; e < _d; e++)
            {
                score += (double)_qkv[i * 3 * _d + e] * _keys[e * Positions + row];
                score += (double)_qkv[(j * 3 + 1) * _d + e] * _queries[e * Positions + row];
            }
        }
        score *= Scale;
        if (_words.TryGetValue("cap", out int cap))
            score = cap * Math.Tanh(score / cap);
        return _words.ContainsKey("bias") ? score + _bias[place] : score;
    }

    private double Product(int left, int right)
    {
        double sum = 0;
        for (int e = 0; e < _d; e++)
            sum += (double)_qkv[left + e] * _qkv[right + e];
        return sum;
    }
}
