using Sextant.Measurement.Searches;
using Sextant.Search;

namespace Sextant.Measurement.Tests;

public class SearchKindTests
{
    // It finds texts by their words, which a set of vectors has none of; 'sextant eval' measures it.
    private static readonly Type[] s_notMeasured = [typeof(Bm25Index)];

    [Fact]
    public void EveryTypeOfIndexIsMeasured()
    {
        IEnumerable<string> types = typeof(FlatIndex).Assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, Namespace: "Sextant.Search" }
                && type.Name.EndsWith("Index", StringComparison.Ordinal)
                    && type.GetMethods().Any(method => method.Name == "Search"))
            .Except(s_notMeasured).Select(type => type.Name);
        Assert.Equal(types.Order(), SearchKind.All.Select(kind => kind.Type.Name).Distinct().Order());
    }

    [Fact]
    public void NamesAreDifferent() => Assert.Distinct(SearchKind.All.Select(kind => kind.Name));

    public static TheoryData<string> Names() => [.. SearchKind.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryKindFindsSomeOfTheTruthAndExactOnesAllOfIt(string name)
    {
        SearchKind kind = SearchKind.All.Single(one => one.Name == name);
        var set = new VectorSet(640, 32, 8);
        using SearchedIndex index = kind.Make(set, 2);
        var ids = new int[set.Queries * VectorSet.Hits];
        if (index.TakesMany)
        {
            index.Search(set, 0, set.Queries, ids);
        }
        else
        {
            for (int query = 0; query < set.Queries; query++)
            {
                var some = new int[VectorSet.Hits];
                index.Search(set, query, 1, some);
                some.CopyTo(ids, query * VectorSet.Hits);
            }
        }
        HashSet<int>[] truth = kind.IsGrouped ? set.GroupTruth : set.Truth;
        int found = ids.Where((id, i) => truth[i / VectorSet.Hits].Contains(id)).Count();
        bool isExact = name is "flat" or "exact-float32" or "maxsim";
        Assert.InRange(found, isExact ? ids.Length : ids.Length / 10, ids.Length);
        Assert.True(kind.Bits(set.Dimensions) > 0);
    }
}
