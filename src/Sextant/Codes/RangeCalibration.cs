using System.Globalization;

namespace Sextant.Codes;

/// <summary>Collects <see cref="CodeRanges"/> over a calibration set that need not fit into memory.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class RangeCalibration
{
    private readonly float[] _mins;
    private readonly float[] _maxs;

    /// <summary>Begins with an empty set.</summary>
    public RangeCalibration(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, CodeRanges.MaxDimensions);
        _mins = new float[dimensions];
        _maxs = new float[dimensions];
        _mins.AsSpan().Fill(float.PositiveInfinity);
        _maxs.AsSpan().Fill(float.NegativeInfinity);
    }

    /// <summary>How many vectors were added.</summary>
    public long Count { get; private set; }

    /// <summary>Adds whole vectors.</summary>
    /// <param name="vectors">[n, dimensions], row by row.</param>
    /// <exception cref="ArgumentException">
    /// The length is no multiple of the dimensions, or a value is not finite; nothing was added.
    /// </exception>
    public void Add(ReadOnlySpan<float> vectors)
    {
        if (vectors.Length % _mins.Length != 0)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{vectors.Length} values are not whole vectors of {_mins.Length} dimensions."),
                nameof(vectors));
        }
        FiniteValues.Require(vectors, nameof(vectors));
        for (; !vectors.IsEmpty; vectors = vectors[_mins.Length..])
        {
            for (int i = 0; i < _mins.Length; i++)
            {
                _mins[i] = vectors[i] < _mins[i] ? vectors[i] : _mins[i];
                _maxs[i] = vectors[i] > _maxs[i] ? vectors[i] : _maxs[i];
            }
            Count++;
        }
    }

    /// <summary>The ranges of the vectors added so far.</summary>
    /// <exception cref="ArgumentException">There are none, or a range is so wide that its length overflows.</exception>
    public CodeRanges Ranges() =>
        Count > 0
            ? new CodeRanges(_mins, _maxs)
            : throw new ArgumentException("an empty calibration set has no ranges.");
}
