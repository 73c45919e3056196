using System.Globalization;
using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Indexes;

// Documents that are encoded already.
public sealed partial class VectorIndex
{
    /// <summary>Adds a document as another index of the same definition has it, or replaces its key's.</summary>
    /// <exception cref="ArgumentException">
    /// It does not fit the index: codes of other lengths, values that are not finite, terms where none are kept, an
    /// attribute of another kind. Nothing was changed.
    /// </exception>
    /// <exception cref="InvalidIndexException">The disk refuses; the last commit is untouched.</exception>
    internal void Upsert(EncodedDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Require();
        var rest = new IndexDocument { Key = document.Key, Vectors = default, Attributes = document.Attributes };
        _rules.Check(rest);
        foreach (EncodedPassage passage in document.Passages)
            Check(document.Key, passage);
        RemoveWritten(document.Key);
        _rules.Learn(rest);
        _changed = true;
        try
        {
            _pending.BeginDocument(document.Key, document.Attributes);
            foreach (EncodedPassage passage in document.Passages)
            {
                if (Definition.KeepsTerms)
                    _pending.AddTerms(passage.Terms);
                _pending.AddRow(passage.Code.Span, passage.Vector.Span, passage.Payload.Span);
            }
        }
        catch
        {
            _failed = true; // half a document; that memory ends is all that can lead here
            throw;
        }
        if (_pending.IsFull)
            Writing(Spill);
    }

    private void Check(string key, in EncodedPassage passage)
    {
        int codeBytes = _snapshot.Codes.Layout.RowBytes, vectorBytes = _snapshot.Vectors?.RowBytes ?? 0;
        if (passage.Code.Length != codeBytes || passage.Vector.Length != vectorBytes)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"a passage of '{key}' has a code of {passage.Code.Length} bytes, a vector of {passage.Vector.Length}; "
                + $"this index has {codeBytes} and {vectorBytes}."));
        }
        if (Definition.KeepsTerms ? passage.Terms.Any(term => term.Value <= 0) : passage.Terms.Count > 0)
            throw new ArgumentException($"a passage of '{key}' has terms that this index does not take.");
        if (_snapshot.Vectors is { } vectors)
            RequireFinite(vectors, passage.Vector.Span);
        else if (_snapshot.Codes.Rows.Code == Definition.Code)
            RequireFinite(_snapshot.Codes.Rows, passage.Code.Span);
    }

    private static void RequireFinite(RowCodec codec, ReadOnlySpan<byte> row)
    {
        if (codec.Code is not (VectorCode.Float32 or VectorCode.Float16 or VectorCode.BFloat16))
            return; // every byte of the others stands for a finite value
        float[] values = new float[codec.Dimensions];
        codec.Decode(row, values);
        FiniteValues.Require(values, "document");
    }
}
