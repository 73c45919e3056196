using System.Runtime.InteropServices;
using Sextant.Codes;
using Sextant.Kernels;
using Sextant.Kernels.Similarity;

namespace Sextant.Search;

/// <summary>Vectors to stored rows, and queries to what those rows are scored with.</summary>
/// <remarks>
/// Integers q stand for x̂ = (min + 128·step) + step·q, so a query is scored against them without widening them back:
/// x·x̂ = x·base + (x·step)·q, and x − x̂ = (x − base) − step·q. Immutable; safe for any number of threads.
/// </remarks>
internal sealed unsafe class RowCodec
{
    private readonly Kernel<SimilarityArguments> _kernel = KernelSet.Chosen.Similarity.Run;
    private readonly NormalizeKernel _normalize = KernelSet.Chosen.Normalize.Run;
    private readonly CodeRanges? _ranges;
    private readonly float[] _base;
    private readonly float[] _steps;

    public RowCodec(VectorCode code, Metric metric, int dimensions, CodeRanges? ranges)
    {
        (Code, Metric, Dimensions, _ranges) = (code, metric, dimensions, ranges);
        RowBytes = code switch
        {
            VectorCode.Float32 => checked(4 * dimensions),
            VectorCode.Float16 or VectorCode.BFloat16 => checked(2 * dimensions),
            VectorCode.Int8 => dimensions,
            VectorCode.Binary => BinaryCode.Bytes(dimensions),
            _ => throw new ArgumentOutOfRangeException(nameof(code), code, "an unknown code."),
        };
        (_base, _steps) = ([], []);
        if (code != VectorCode.Int8)
            return;
        if (ranges is null || ranges.Dimensions != dimensions)
            throw new ArgumentException(
                "int8 needs ranges for these dimensions, from a calibration set.", nameof(ranges));
        _steps = ranges.Steps.ToArray();
        _base = new float[dimensions];
        for (int i = 0; i < dimensions; i++)
            _base[i] = MathF.FusedMultiplyAdd(128f, _steps[i], ranges.Mins[i]);
    }

    public VectorCode Code { get; }

    public Metric Metric { get; }

    public int Dimensions { get; }

    public int RowBytes { get; }

    /// <summary>What scores read in a row; binary codes are not scored so.</summary>
    public RowType Type => Code switch
    {
        VectorCode.Float16 => RowType.F16,
        VectorCode.BFloat16 => RowType.BF16,
        VectorCode.Int8 => RowType.I8,
        _ => RowType.F32,
    };

    /// <summary>Floats that <see cref="Prepare"/> needs.</summary>
    public int QueryFloats => 2 * Dimensions;

    /// <summary>Encodes a vector of finite values.</summary>
    public void Encode(ReadOnlySpan<float> vector, Span<byte> row)
    {
        if (Metric == Metric.Cosine)
        {
            Span<float> unit = Dimensions <= 4096 ? stackalloc float[Dimensions] : new float[Dimensions];
            vector.CopyTo(unit);
            fixed (float* start = unit)
                UnitLength.Scale(start, Dimensions, _normalize);
            EncodeAsIs(unit, row);
            return;
        }
        EncodeAsIs(vector, row);
    }

    /// <summary>What a row stands for.</summary>
    public void Decode(ReadOnlySpan<byte> row, Span<float> vector)
    {
        switch (Code)
        {
            case VectorCode.Float32:
                MemoryMarshal.Cast<byte, float>(row).CopyTo(vector);
                break;
            case VectorCode.Float16:
                Float16Code.Decode(MemoryMarshal.Cast<byte, Half>(row), vector);
                break;
            case VectorCode.BFloat16:
                BFloat16Code.Decode(MemoryMarshal.Cast<byte, ushort>(row), vector);
                break;
            case VectorCode.Int8:
                for (int i = 0; i < Dimensions; i++)
                    vector[i] = MathF.FusedMultiplyAdd(_steps[i], (sbyte)row[i], _base[i]);
                break;
            default:
                float value = 1f / MathF.Sqrt(Dimensions); // of length one, as signs are scored
                for (int i = 0; i < Dimensions; i++)
                    vector[i] = (row[i / 8] & (0x80 >> (i % 8))) != 0 ? value : -value;
                break;
        }
    }

    /// <summary>Prepares a query; the scorer is valid as long as the memory.</summary>
    /// <param name="query">[Dimensions].</param>
    /// <param name="memory">[QueryFloats], for the scorer's use.</param>
    public RowScorer Prepare(ReadOnlySpan<float> query, float* memory)
    {
        Scale(query, memory);
        bool isDistance = Metric == Metric.SquaredDistance;
        float bias = 0;
        float* scales = memory + Dimensions;
        if (Code == VectorCode.Int8)
        {
            if (!isDistance)
                fixed (float* row = _base)
                    Score(new RowScorer { Query = memory, Dimensions = Dimensions, Kernel = _kernel }, row, &bias);
            for (int i = 0; i < Dimensions; i++)
            {
                memory[i] = isDistance ? memory[i] - _base[i] : memory[i] * _steps[i];
                scales[i] = _steps[i];
            }
        }
        return new RowScorer
        {
            Kernel = _kernel,
            Query = memory,
            Scales = Code == VectorCode.Int8 && isDistance ? scales : null,
            Type = Type,
            IsDistance = isDistance,
            Dimensions = Dimensions,
            Bias = bias,
        };
    }

    /// <summary>Copies a query, scaled to length one where the metric is the cosine.</summary>
    public void Scale(ReadOnlySpan<float> query, float* destination)
    {
        query.CopyTo(new Span<float>(destination, Dimensions));
        if (Metric == Metric.Cosine)
            UnitLength.Scale(destination, Dimensions, _normalize);
    }

    /// <param name="query">[Dimensions].</param>
    /// <param name="destination">[Dimensions].</param>
    public void Scale(ReadOnlySpan<float> query, Span<float> destination)
    {
        fixed (float* start = destination)
            Scale(query, start);
    }

    private static void Score(in RowScorer scorer, float* row, float* score) => scorer.Score((byte*)row, 1, score);

    private void EncodeAsIs(ReadOnlySpan<float> vector, Span<byte> row)
    {
        switch (Code)
        {
            case VectorCode.Float32:
                MemoryMarshal.AsBytes(vector).CopyTo(row);
                break;
            case VectorCode.Float16:
                Float16Code.Encode(vector, MemoryMarshal.Cast<byte, Half>(row));
                break;
            case VectorCode.BFloat16:
                BFloat16Code.Encode(vector, MemoryMarshal.Cast<byte, ushort>(row));
                break;
            case VectorCode.Int8:
                _ranges!.Encode(vector, MemoryMarshal.Cast<byte, sbyte>(row));
                break;
            default:
                BinaryCode.Encode(vector, row);
                break;
        }
    }
}

/// <summary>A query that is ready to be compared with rows of one kind.</summary>
internal unsafe struct RowScorer : IRowScorer
{
    public Kernel<SimilarityArguments> Kernel;
    public float* Query;
    public float* Scales;
    public RowType Type;
    public bool IsDistance;
    public int Dimensions;
    public float Bias;

    /// <summary>scores [count] of rows that lie one after the other.</summary>
    public readonly void Score(byte* rows, nint count, float* scores)
    {
        Score(rows, count, scores, 1, 0);
        Finish(scores, count, Bias);
    }

    /// <summary>The sums of several queries, stride apart: scores [queries, count], not finished.</summary>
    public readonly void Score(byte* rows, nint count, float* scores, int queries, nint stride) =>
        Kernel(new SimilarityArguments
        {
            Query = Query,
            QueryCount = queries,
            QueryStride = stride,
            Scales = Scales,
            Rows = rows,
            Type = Type,
            Measure = IsDistance ? Measure.SquaredDistance : Measure.Dot,
            Count = count,
            N = Dimensions,
            Scores = scores,
        });

    /// <summary>Makes scores of sums.</summary>
    public readonly void Finish(float* scores, nint count, float bias)
    {
        if (IsDistance)
        {
            for (nint i = 0; i < count; i++)
                scores[i] = -scores[i];
        }
        else if (Type == RowType.I8)
        {
            for (nint i = 0; i < count; i++)
                scores[i] += bias;
        }
    }
}
