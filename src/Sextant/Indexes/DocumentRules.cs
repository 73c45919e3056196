using System.Globalization;
using Sextant.Codes;

namespace Sextant.Indexes;

/// <summary>What a document must be to fit an index; attributes keep the kind that they have first.</summary>
internal sealed class DocumentRules(int dimensions, bool keepsTerms)
{
    private readonly Dictionary<string, AttributeKind> _kinds = new(StringComparer.Ordinal);

    /// <summary>Takes the attributes of a segment as they are.</summary>
    public void Learn(Segment segment)
    {
        foreach (Column column in segment.Columns)
            _kinds[column.Name] = column.Kind;
    }

    /// <summary>Takes the attributes of a document as they are.</summary>
    public void Learn(IndexDocument document)
    {
        foreach (IndexAttribute one in document.Attributes)
            _kinds[one.Name] = one.Kind;
    }

    /// <summary>Refuses a document that does not fit.</summary>
    /// <exception cref="ArgumentException">It does not fit; the message says why.</exception>
    public void Check(IndexDocument document)
    {
        ArgumentException.ThrowIfNullOrEmpty(document.Key);
        ArgumentNullException.ThrowIfNull(document.Payloads);
        ArgumentNullException.ThrowIfNull(document.Terms);
        ArgumentNullException.ThrowIfNull(document.Attributes);
        RequireUnicode(document.Key, "the key");
        int rows = document.Vectors.Length / dimensions;
        if (document.Vectors.Length != rows * dimensions)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{document.Vectors.Length} values are not whole vectors of {dimensions} dimensions."),
                nameof(document));
        }
        if (document.Payloads.Count != 0 && document.Payloads.Count != rows)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{document.Payloads.Count} payloads for {rows} vectors; as many or none are needed."),
                nameof(document));
        }
        if (document.Terms.Count != (keepsTerms ? rows : 0))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"terms of {document.Terms.Count} passages; this index keeps those of {(keepsTerms ? rows : 0)}."),
                nameof(document));
        }
        FiniteValues.Require(document.Vectors.Span, nameof(document));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (IndexAttribute one in document.Attributes)
        {
            if (string.IsNullOrEmpty(one.Name) || !names.Add(one.Name))
                throw new ArgumentException(
                    $"the attribute '{one.Name}' has no name, or is there twice.", nameof(document));
            RequireUnicode(one.Name, "the name of an attribute");
            if (one.Text is not null)
                RequireUnicode(one.Text, "the attribute");
            foreach (string text in one.Kind == AttributeKind.Texts ? one.Texts : [])
                RequireUnicode(text, "the attribute");
            if (_kinds.TryGetValue(one.Name, out AttributeKind kind) && kind != one.Kind)
            {
                throw new ArgumentException(
                    $"the attribute '{one.Name}' is {kind.Name()} in this index, and cannot be {one.Kind.Name()} too.",
                    nameof(document));
            }
        }
        foreach (IReadOnlyCollection<string> terms in document.Terms)
        {
            ArgumentNullException.ThrowIfNull(terms, nameof(document));
            foreach (string term in terms)
                RequireUnicode(term, "a term");
        }
    }

    /// <summary>Refuses a part that is not of the same document as the first one.</summary>
    /// <exception cref="ArgumentException">Its key is another one, or it has attributes.</exception>
    public static void CheckPart(IndexDocument part, IndexDocument first)
    {
        if (part.Key != first.Key || part.Attributes.Count > 0)
        {
            throw new ArgumentException(
                $"a part of '{first.Key}' has the key '{part.Key}' and {part.Attributes.Count} attributes; all parts "
                    + "have the first one's key, and it alone has attributes.",
                nameof(part));
        }
    }

    // Files hold UTF-8, where every half of a surrogate pair would become the same U+FFFD: two keys would be one.
    private static void RequireUnicode(string text, string what)
    {
        ArgumentNullException.ThrowIfNull(text, nameof(text));
        for (int i = 0; i < text.Length; i++)
        {
            int skip = text.AsSpan(i).IndexOfAnyInRange('\uD800', '\uDFFF');
            if (skip < 0)
                return;
            i += skip;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
            {
                throw new ArgumentException(
                    $"{what} '{text}' is not Unicode: it has half of a surrogate pair.", "document");
            }
            i++;
        }
    }
}
