using Sextant.Codes;
using Sextant.Measurement.Searches;

namespace Sextant.Measurement.Tests;

public class SearchKindTests
{
    [Fact]
    public void EveryCodeIsMeasured() => Assert.Equal(
        Enum.GetValues<VectorCode>().Order(), SearchKind.All.Select(kind => kind.Code).Distinct().Order());

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
        bool isExact = name is "exact-float32" or "maxsim";
        Assert.InRange(found, isExact ? ids.Length : ids.Length / 10, ids.Length);
        Assert.True(kind.Bits(set.Dimensions) > 0);
    }
}
