using System.Buffers.Binary;
using System.Globalization;
using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>What an index is made of: fixed when it is created.</summary>
public sealed record IndexDefinition
{
    /// <summary>Length of the vectors; 1 to <see cref="BinaryIndex.MostBits"/>.</summary>
    public required int Dimensions { get; init; }

    /// <summary>What is scanned.</summary>
    public VectorCode Code { get; init; } = VectorCode.Binary;

    /// <summary>What the best of the scan are scored with; null: the scan's own scores are final.</summary>
    public VectorCode? Rescore { get; init; } = VectorCode.Float16;

    /// <summary>What the scores are.</summary>
    public Metric Metric { get; init; } = Metric.Dot;

    /// <summary>Ranges of the dimensions, where a code is <see cref="VectorCode.Int8"/>.</summary>
    public CodeRanges? Ranges { get; init; }

    /// <summary>
    /// What made the vectors, by name: weights, config, tokenizer, pooling, prompts and the like. Kept and shown; those
    /// that a caller requires must be equal (<see cref="RequireSame"/>).
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Properties { get; init; } = [];

    /// <summary>The value of a property, or null.</summary>
    public string? Property(string name)
    {
        foreach (KeyValuePair<string, string> one in Properties)
        {
            if (one.Key == name)
                return one.Value;
        }
        return null;
    }

    /// <summary>Refuses vectors that another model made.</summary>
    /// <param name="path">The index, for the message.</param>
    /// <param name="expected">Names and the values they must have.</param>
    /// <exception cref="InvalidIndexException">A value differs; the message names which.</exception>
    public void RequireSame(string path, IEnumerable<KeyValuePair<string, string>> expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        foreach ((string name, string value) in expected)
        {
            if (Property(name) != value)
            {
                throw new InvalidIndexException(
                    path,
                    $"was made by another model: its {name} is {Property(name) ?? "not said"}; that of this model is "
                        + $"{value}. Use the model that made it, or build the index anew.");
            }
        }
    }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Dimensions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Dimensions, BinaryIndex.MostBits);
        if (!Enum.IsDefined(Code) || (Rescore is { } one && !Enum.IsDefined(one)) || !Enum.IsDefined(Metric))
            throw new ArgumentException("an unknown code or metric.");
        if (Rescore == VectorCode.Binary)
            throw new ArgumentException(
                "binary codes are scanned; rescoring needs int8, float16, bfloat16 or float32.");
        if (Rescore is not null && Code != VectorCode.Binary)
            throw new ArgumentException("only a scan of binary codes is rescored; other codes have final scores.");
        if (Code == VectorCode.Binary && Metric == Metric.SquaredDistance && Rescore is null)
            throw new ArgumentException("signs alone have no distance to a vector; rescore, or take another metric.");
        bool needsRanges = Code == VectorCode.Int8 || Rescore == VectorCode.Int8;
        if (needsRanges && Ranges is null)
            throw new ArgumentException("int8 needs ranges from a calibration set.");
        if (Ranges is not null && (!needsRanges || Ranges.Dimensions != Dimensions))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"ranges for {Ranges.Dimensions} dimensions do not go with this code of {Dimensions}."));
        }
    }

    internal byte[] ToBody()
    {
        var body = new ByteWriter();
        body.UInt32((uint)Dimensions);
        body.Byte((byte)Code);
        body.Byte(Rescore is { } rescore ? (byte)rescore : (byte)0);
        body.Byte((byte)Metric);
        body.Byte(Ranges is null ? (byte)0 : (byte)1);
        body.UInt32((uint)Properties.Count);
        foreach ((string name, string value) in Properties)
        {
            body.String(name);
            body.String(value);
        }
        if (Ranges is not null)
        {
            foreach (float min in Ranges.Mins)
                body.Single(min);
            foreach (float max in Ranges.Maxs)
                body.Single(max);
        }
        return body.Written.ToArray();
    }

    internal static IndexDefinition FromBody(string path, ReadOnlySpan<byte> bytes)
    {
        var body = new ByteReader(path, bytes);
        uint dimensions = body.UInt32();
        byte code = body.Byte(), rescore = body.Byte(), metric = body.Byte(), hasRanges = body.Byte();
        var properties = new List<KeyValuePair<string, string>>();
        for (int left = body.Count(8); left > 0; left--)
            properties.Add(new(body.String(), body.String()));
        if (dimensions is 0 or > BinaryIndex.MostBits)
            throw body.Wrong($"says vectors have {dimensions} dimensions; 1 to {BinaryIndex.MostBits} are accepted.");
        CodeRanges? ranges = hasRanges == 0 ? null : Ranges(path, ref body, (int)dimensions);
        body.End();
        var definition = new IndexDefinition
        {
            Dimensions = (int)dimensions,
            Code = (VectorCode)code,
            Rescore = rescore == 0 ? null : (VectorCode)rescore,
            Metric = (Metric)metric,
            Ranges = ranges,
            Properties = properties,
        };
        try
        {
            definition.Check();
        }
        catch (ArgumentException problem)
        {
            throw new InvalidIndexException(path, problem.Message, problem);
        }
        return definition;

        static CodeRanges Ranges(string path, ref ByteReader body, int dimensions)
        {
            float[] values = new float[2 * dimensions];
            ReadOnlySpan<byte> stored = body.Take(sizeof(float) * values.Length);
            for (int i = 0; i < values.Length; i++)
                values[i] = BinaryPrimitives.ReadSingleLittleEndian(stored[(sizeof(float) * i)..]);
            try
            {
                return new CodeRanges(values.AsSpan(0, dimensions), values.AsSpan(dimensions));
            }
            catch (ArgumentException problem)
            {
                throw new InvalidIndexException(path, problem.Message, problem);
            }
        }
    }
}
