using Sextant.Indexes;
using Sextant.Runtime;

namespace Sextant.Postgres;

/// <summary>Documents to the codes and vectors that an index of the library has of them.</summary>
internal sealed class DocumentEncoder(IndexTable table)
{
    /// <exception cref="ArgumentException">A value has no code.</exception>
    public EncodedDocument Encode(IndexDocument document)
    {
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        int dimensions = table.Definition.Dimensions;
        var passages = new EncodedPassage[document.Vectors.Length / dimensions];
        for (int i = 0; i < passages.Length; i++)
        {
            ReadOnlySpan<float> vector = document.Vectors.Span.Slice(i * dimensions, dimensions);
            byte[] code = new byte[table.Codes.Layout.RowBytes], row = new byte[table.Vectors?.RowBytes ?? 0];
            table.Codes.Encode(vector, code);
            table.Vectors?.Encode(vector, row);
            passages[i] = new EncodedPassage(
                code, row, document.Payloads.Count == 0 ? default : document.Payloads[i],
                document.Terms.Count == 0 ? [] : Counted(document.Terms[i]));
        }
        return new EncodedDocument(document.Key, document.Attributes, passages);
    }

    private static Dictionary<string, int> Counted(IReadOnlyCollection<string> terms)
    {
        var counted = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string term in terms)
            counted[term] = counted.GetValueOrDefault(term) + 1;
        return counted;
    }
}
