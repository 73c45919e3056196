namespace Sextant.Cli.Outputs;

/// <summary>Writes vectors one after the other in some format.</summary>
internal abstract class VectorWriter : IDisposable
{
    /// <summary>The formats, the default first.</summary>
    public static readonly string[] Formats = ["jsonl", "json", "npy", "f32"];

    /// <summary>Whether a format is not for terminals.</summary>
    public static bool IsBinary(string format) => format is "npy" or "f32";

    /// <summary>Creates the writer of a format.</summary>
    public static VectorWriter Create(string format, Stream output, VectorEncoding encoding) => format switch
    {
        "json" => new JsonVectorWriter(output, encoding, isArray: true),
        "npy" => new NpyVectorWriter(output, encoding),
        "f32" => new RawVectorWriter(output, encoding),
        _ => new JsonVectorWriter(output, encoding, isArray: false),
    };

    /// <summary>Writes a vector [dimensions].</summary>
    public abstract void Write(long index, TextReport report, ReadOnlySpan<float> vector);

    /// <summary>Writes what follows the last vector.</summary>
    public virtual void Finish()
    {
    }

    public virtual void Dispose()
    {
    }
}
