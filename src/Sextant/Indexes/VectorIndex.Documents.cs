namespace Sextant.Indexes;

// For changes of several documents of which none is made where one is refused.
public sealed partial class VectorIndex
{
    /// <summary>Refuses a document that <see cref="Upsert(IndexDocument)"/> would refuse; changes nothing.</summary>
    /// <exception cref="ArgumentException">It does not fit the index.</exception>
    internal void Check(IndexDocument document)
    {
        Require();
        _rules.Check(document);
    }
}
