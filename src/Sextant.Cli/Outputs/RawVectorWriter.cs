namespace Sextant.Cli.Outputs;

/// <summary>The encoded vectors alone, little endian, one after the other.</summary>
internal sealed class RawVectorWriter(Stream output, VectorEncoding encoding) : VectorWriter
{
    public override void Write(long index, TextReport report, ReadOnlySpan<float> vector) =>
        output.Write(encoding.Encode(vector));
}
