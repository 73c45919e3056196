using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>Vectors to what an index scans: transformed where it says so, then encoded. Thread-safe.</summary>
internal sealed class CodeEncoder
{
    private readonly IndexDefinition _definition;

    public CodeEncoder(IndexDefinition definition)
    {
        _definition = definition;
        // Fitted codes encode floats that are scaled as the metric wants.
        bool isFitted = definition.IsFitted;
        Rows = new RowCodec(
            isFitted ? VectorCode.Float32 : definition.Code, definition.Metric, definition.CodedDimensions,
            definition.Code == VectorCode.Int8 ? definition.Ranges : null);
        Layout = definition.Code switch
        {
            VectorCode.Binary => new CodeLayout(Rows.RowBytes, 1),
            VectorCode.ResidualBinary => new CodeLayout(
                definition.ResidualBinary!.CodeBytes, definition.ResidualBinary.Levels, HasLengths: true),
            VectorCode.Product => new CodeLayout(definition.Product!.Parts, 0),
            VectorCode.RaBitQ => new CodeLayout(
                definition.RaBitQ!.CodeBytes(IsDistance), 1, Factors: IsDistance ? 2 : 1),
            _ => new CodeLayout(Rows.RowBytes, 0),
        };
        if (definition.ListCentroids is { } centroids)
            Centroids = new CentroidTiles(definition.CodedDimensions, Layout, centroids);
    }

    private bool IsDistance => _definition.Metric == Metric.SquaredDistance;

    /// <summary>Of the vectors that are encoded; for codes that are fitted as float32.</summary>
    public RowCodec Rows { get; }

    /// <summary>The centroids of the lists, where the index has them.</summary>
    public CentroidTiles? Centroids { get; }

    /// <summary>How codes lie in a segment.</summary>
    public CodeLayout Layout { get; }

    /// <summary>The length of what a code stands for, where the layout has lengths.</summary>
    public float Length(ReadOnlySpan<byte> code) => _definition.ResidualBinary!.Length(code);

    /// <summary>What is encoded, or compared with codes, for a vector.</summary>
    /// <param name="vector">[Dimensions].</param>
    /// <param name="coded">[CodedDimensions].</param>
    /// <exception cref="ArgumentException">Products of the transform overflow.</exception>
    public void Prepare(ReadOnlySpan<float> vector, Span<float> coded)
    {
        if (_definition.IsFitted)
            PrepareScaled(vector, coded);
        else
            Turn(vector, coded); // other codecs scale by themselves
    }

    /// <summary>The same, scaled to length one where the metric is the cosine.</summary>
    public void PrepareScaled(ReadOnlySpan<float> vector, Span<float> coded)
    {
        Turn(vector, coded);
        Rows.Scale(coded, coded);
    }

    /// <summary>Encodes a vector.</summary>
    /// <param name="vector">[Dimensions], finite.</param>
    /// <param name="code">[RowBytes].</param>
    /// <exception cref="ArgumentException">A value has no code.</exception>
    public void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        int dimensions = _definition.CodedDimensions;
        Span<float> coded = dimensions <= 4096 ? stackalloc float[dimensions] : new float[dimensions];
        Prepare(vector, coded);
        EncodePrepared(coded, code);
    }

    /// <summary>Encodes what <see cref="Prepare"/> gave.</summary>
    public void EncodePrepared(ReadOnlySpan<float> coded, Span<byte> code)
    {
        switch (_definition.Code)
        {
            case VectorCode.ResidualBinary:
                _definition.ResidualBinary!.Encode(coded, code);
                break;
            case VectorCode.Product:
                _definition.Product!.Encode(coded, code);
                break;
            case VectorCode.RaBitQ:
                _definition.RaBitQ!.Encode(coded, IsDistance, code);
                break;
            default:
                Rows.Encode(coded, code);
                break;
        }
    }

    /// <summary>What a code stands for.</summary>
    public void Decode(ReadOnlySpan<byte> code, Span<float> coded)
    {
        if (_definition.ResidualBinary is { } residual)
            residual.Decode(code, coded);
        else if (_definition.Product is { } product)
            product.Decode(code, coded);
        else if (_definition.RaBitQ is { } rabitq)
            rabitq.Decode(code, coded);
        else
            Rows.Decode(code, coded);
    }

    private void Turn(ReadOnlySpan<float> vector, Span<float> coded)
    {
        if (_definition.Transform is not { } transform)
        {
            vector.CopyTo(coded);
            return;
        }
        transform.Apply(vector, coded);
        foreach (float value in coded)
        {
            if (!float.IsFinite(value))
            {
                throw ScoreOverflow.Error(
                    "the transformed vector is not a number: the values are so large that their products overflow.",
                    nameof(vector));
            }
        }
    }
}
