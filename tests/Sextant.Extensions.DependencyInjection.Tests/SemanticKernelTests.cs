using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.VectorData;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Data;
using Sextant.Extensions.VectorData;

#pragma warning disable SKEXP0001 // text search is experimental in Semantic Kernel

namespace Sextant.Extensions.DependencyInjection.Tests;

/// <summary>Semantic Kernel takes the generators and searches a collection by text.</summary>
public sealed class SemanticKernelTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private sealed class Passage
    {
        [VectorStoreKey]
        public int Key { get; set; }

        [VectorStoreData]
        [TextSearchResultValue]
        public string Text { get; set; } = "";

        [VectorStoreData]
        public string? Language { get; set; }

        [VectorStoreVector(384)]
        public string Vector => Text;
    }

    [Fact]
    public async Task TheKernelSearchesACollectionByText()
    {
        IKernelBuilder builder = Kernel.CreateBuilder();
        builder.Services.AddSextant();
        builder.Services.AddSingleton<VectorStore>(services => new SextantVectorStore(new SextantVectorStoreOptions
        {
            EmbeddingGenerator = services.GetRequiredService<IEmbeddingGenerator>(),
        }));
        Kernel kernel = builder.Build();
        int dimensions = kernel.Services.GetRequiredKeyedService<EmbeddingModel>("default").Dimensions;
        var definition = new VectorStoreCollectionDefinition
        {
            Properties = [new VectorStoreVectorProperty(nameof(Passage.Vector), typeof(string), dimensions)],
        };
        VectorStoreCollection<int, Passage> passages =
            kernel.GetRequiredService<VectorStore>().GetCollection<int, Passage>("passages", definition);
        await passages.EnsureCollectionExistsAsync(Stop);
        await passages.UpsertAsync(
            [
                new() { Key = 1, Text = "Parliament passed the budget.", Language = "en" },
                new() { Key = 2, Text = "Boil the rice until it is soft.", Language = "en" },
                new() { Key = 3, Text = "Den Reis kochen, bis er weich ist.", Language = "de" },
            ],
            Stop);
        ITextSearch<Passage> search = new VectorStoreTextSearch<Passage>(passages);
        KernelSearchResults<string> found = await search.SearchAsync(
            "How do I cook rice?", new TextSearchOptions<Passage> { Top = 1 }, Stop);
        Assert.Equal(["Boil the rice until it is soft."], await found.Results.ToListAsync(Stop));
        found = await search.SearchAsync(
            "How do I cook rice?", new TextSearchOptions<Passage> { Top = 1, Filter = one => one.Language == "de" },
            Stop);
        Assert.Equal(["Den Reis kochen, bis er weich ist."], await found.Results.ToListAsync(Stop));
    }
}
