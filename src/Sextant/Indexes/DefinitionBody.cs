using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>The bytes of a definition (FORMAT.md, "definition").</summary>
internal static class DefinitionBody
{
    [Flags]
    private enum Parts : byte
    {
        None = 0,
        Ranges = 1,
        Transform = 2,
        Scales = 4,
        Centroids = 8,
        Lists = 16,
        Terms = 32,
        RoundsDown = 64,
        RaBitQ = 128,
        All = Ranges | Transform | Scales | Centroids | Lists | Terms | RoundsDown | RaBitQ,
    }

    public static byte[] Write(IndexDefinition definition)
    {
        var body = new ByteWriter();
        body.UInt32((uint)definition.Dimensions);
        body.Byte((byte)definition.Code);
        body.Byte(definition.Rescore is { } rescore ? (byte)rescore : (byte)0);
        body.Byte((byte)definition.Metric);
        body.Byte((byte)(
            (definition.Ranges is null ? Parts.None : Parts.Ranges | Parts.RoundsDown)
            | (definition.Transform is null ? Parts.None : Parts.Transform)
            | (definition.ResidualBinary is null ? Parts.None : Parts.Scales)
            | (definition.Product is null ? Parts.None : Parts.Centroids)
            | (definition.RaBitQ is null ? Parts.None : Parts.RaBitQ)
            | (definition.ListCentroids is null ? Parts.None : Parts.Lists)
            | (definition.KeepsTerms ? Parts.Terms : Parts.None)));
        body.UInt32((uint)definition.Properties.Count);
        foreach ((string name, string value) in definition.Properties)
        {
            body.String(name);
            body.String(value);
        }
        if (definition.Transform is { } transform)
        {
            body.UInt32((uint)transform.Outputs);
            body.Singles(transform.Mean);
            body.Singles(transform.Rows);
        }
        if (definition.Ranges is { } ranges)
        {
            body.Singles(ranges.Mins);
            body.Singles(ranges.Maxs);
        }
        if (definition.ResidualBinary is { } residual)
        {
            body.UInt32((uint)residual.Levels);
            body.Double(residual.Error);
            body.Singles(residual.Scales);
        }
        if (definition.Product is { } product)
        {
            body.UInt32((uint)product.Parts);
            body.Double(product.Error);
            body.Singles(product.Values);
        }
        if (definition.RaBitQ is { } rabitq)
        {
            body.UInt32((uint)rabitq.Bits);
            body.UInt64(rabitq.Seed);
            body.UInt32((uint)(rabitq.Components?.Outputs ?? 0));
            body.Singles(rabitq.Centre);
            if (rabitq.Components is { } components)
                body.Singles(components.Rows);
        }
        if (definition.ListCentroids is { } lists)
        {
            body.UInt32((uint)definition.Lists);
            body.Bytes(lists);
        }
        return body.Written.ToArray();
    }

    /// <exception cref="InvalidIndexException">It is no definition, or does not hold together.</exception>
    public static IndexDefinition Read(string path, ReadOnlySpan<byte> bytes)
    {
        var body = new ByteReader(path, bytes);
        uint dimensions = body.UInt32();
        byte code = body.Byte(), rescore = body.Byte(), metric = body.Byte();
        var parts = (Parts)body.Byte();
        if ((parts & ~Parts.All) != 0)
            throw body.Wrong($"has parts {(byte)parts}, of which this program knows {(byte)Parts.All}.");
        if ((parts & (Parts.Ranges | Parts.RoundsDown)) is Parts.Ranges or Parts.RoundsDown)
        {
            throw body.Wrong(
                $"has int8 codes of an earlier formula, which were one step off below zero. Build the index anew.");
        }
        var properties = new List<KeyValuePair<string, string>>();
        for (int left = body.Count(8); left > 0; left--)
            properties.Add(new(body.String(), body.String()));
        if (dimensions is 0 or > IndexDefinition.MaxDimensions)
        {
            throw body.Wrong(
                $"says vectors have {dimensions} dimensions; 1 to {IndexDefinition.MaxDimensions} are accepted.");
        }
        try
        {
            var definition = new IndexDefinition
            {
                Dimensions = (int)dimensions,
                Code = (VectorCode)code,
                Rescore = rescore == 0 ? null : (VectorCode)rescore,
                Metric = (Metric)metric,
                Properties = properties,
                KeepsTerms = (parts & Parts.Terms) != 0,
            };
            definition = Fitted(ref body, definition, parts);
            body.End();
            definition.Check();
            return definition;
        }
        catch (ArgumentException problem)
        {
            throw new InvalidIndexException(path, problem.Message, problem);
        }
    }

    // The transform comes first: ranges of an int8 scan, scales and centroids are for what it gives.
    private static IndexDefinition Fitted(ref ByteReader body, IndexDefinition definition, Parts parts)
    {
        int dimensions = definition.Dimensions;
        bool Has(Parts part) => (parts & part) != 0;
        if (Has(Parts.Transform))
        {
            int outputs = Number(ref body, IndexDefinition.MaxDimensions, "dimensions of the transform");
            definition = definition with
            {
                Transform = new LinearTransform(body.Singles(dimensions), body.Singles((long)outputs * dimensions)),
            };
        }
        if (Has(Parts.Ranges))
        {
            int ranged = definition.Code == VectorCode.Int8 ? definition.CodedDimensions : dimensions;
            definition = definition with { Ranges = new CodeRanges(body.Singles(ranged), body.Singles(ranged)) };
        }
        if (Has(Parts.Scales))
        {
            int levels = Number(ref body, ResidualBinaryCode.MaxLevels, "levels");
            double error = body.Double();
            definition = definition with
            {
                ResidualBinary = new ResidualBinaryCode(definition.CodedDimensions, body.Singles(levels), error),
            };
        }
        if (Has(Parts.Centroids))
        {
            int coded = definition.CodedDimensions, count = Number(ref body, coded, "parts of a vector");
            double error = body.Double();
            definition = definition with
            {
                Product = new ProductCode(coded, count, body.Singles((long)ProductCode.Centroids * coded), error),
            };
        }
        if (Has(Parts.RaBitQ))
            definition = definition with { RaBitQ = RaBitQ(ref body, dimensions) };
        if (!Has(Parts.Lists))
            return definition;
        int lists = Number(ref body, IndexDefinition.MaxLists, "lists");
        if (body.Left == 0)
        {
            throw body.Wrong(
                $"has lists of an earlier form, which each segment learnt for itself. Build the index anew.");
        }
        long bytes = (long)lists * BinaryCode.Bytes(definition.CodedDimensions);
        return definition with { ListCentroids = body.Take((int)Math.Min(bytes, int.MaxValue)).ToArray() };
    }

    private static RaBitQCode RaBitQ(ref ByteReader body, int dimensions)
    {
        int bits = Number(ref body, RaBitQCode.MaxBits, "bits of a RaBitQ code");
        ulong seed = body.UInt64();
        uint outputs = body.UInt32();
        if (outputs > dimensions)
            throw body.Wrong($"counts {outputs} components of {dimensions} dimensions.");
        float[] centre = body.Singles(dimensions);
        LinearTransform? components =
            outputs == 0 ? null : new LinearTransform(centre, body.Singles((long)outputs * dimensions));
        return new RaBitQCode(centre, bits, components, seed);
    }

    private static int Number(ref ByteReader body, int most, string what)
    {
        uint number = body.UInt32();
        return number >= 1 && number <= (uint)most
            ? (int)number
            : throw body.Wrong($"counts {number} {what}; 1 to {most} are accepted.");
    }
}
