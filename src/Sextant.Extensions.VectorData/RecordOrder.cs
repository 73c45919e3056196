using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Sextant.Indexes;

#pragma warning disable MEVD9001 // experimental: what the abstractions offer to those who implement them

namespace Sextant.Extensions.VectorData;

/// <summary>The order in which records are given back.</summary>
internal sealed class RecordOrder
{
    private readonly (PropertyModel Property, bool IsAscending)[] _keys;

    private RecordOrder((PropertyModel Property, bool IsAscending)[] keys) => _keys = keys;

    /// <summary>Reads an order; null: that of the commits.</summary>
    /// <exception cref="NotSupportedException">A property has no order.</exception>
    public static RecordOrder Of<TRecord>(
        IReadOnlyList<FilteredRecordRetrievalOptions<TRecord>.OrderByDefinition.SortInfo>? keys, CollectionModel model)
    {
        (PropertyModel Property, bool)[] order =
            [.. (keys ?? []).Select(one => (model.GetDataOrKeyProperty(one.PropertySelector), one.Ascending))];
        foreach ((PropertyModel property, _) in order)
        {
            if (property is VectorPropertyModel || PropertyValue.Of(property.Type)?.Kind.IsList() != false)
                throw new NotSupportedException($"'{property.ModelName}' is {property.Type.Name}, which has no order.");
        }
        return new RecordOrder(order);
    }

    /// <summary>Puts documents into the order.</summary>
    public IEnumerable<DocumentPlace> Sort(IndexReader reader, List<DocumentPlace> places)
    {
        IOrderedEnumerable<DocumentPlace>? sorted = null;
        foreach ((PropertyModel property, bool isAscending) in _keys)
        {
            IndexAttribute? Value(DocumentPlace place) => reader.Attribute(place, property.StorageName);
            sorted = (sorted, isAscending) switch
            {
                (null, true) => places.OrderBy(Value, ValueOrder.Instance),
                (null, false) => places.OrderByDescending(Value, ValueOrder.Instance),
                (_, true) => sorted.ThenBy(Value, ValueOrder.Instance),
                _ => sorted.ThenByDescending(Value, ValueOrder.Instance),
            };
        }
        return sorted ?? (IEnumerable<DocumentPlace>)places;
    }

    private sealed class ValueOrder : IComparer<IndexAttribute?>
    {
        public static ValueOrder Instance { get; } = new();

        public int Compare(IndexAttribute? left, IndexAttribute? right) => (left, right) switch
        {
            (null, null) => 0,
            (null, _) => -1,
            (_, null) => 1,
            ({ Kind: AttributeKind.Text } one, { } other) => string.CompareOrdinal(one.Text, other.Text),
            ({ } one, { } other) => ((IComparable)one.Value).CompareTo(other.Value),
        };
    }
}
