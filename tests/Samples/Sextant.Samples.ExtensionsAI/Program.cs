// A model in a pipeline of Microsoft.Extensions.AI: a cache before it, and its calls traced by OpenTelemetry.
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Sextant;

const string Source = "embeddings";
using TracerProvider tracer = Sdk.CreateTracerProviderBuilder().AddSource(Source).AddConsoleExporter().Build();
var cache = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));

using EmbeddingModel model = EmbeddingModel.LoadDefault();
using IEmbeddingGenerator<string, Embedding<float>> queries = Pipeline(model, Prompt.Query, cache);
using IEmbeddingGenerator<string, Embedding<float>> documents = Pipeline(model, Prompt.Document, cache);

string[] texts = ["How do I cook rice?", "Boil the rice until it is soft."];
for (int round = 0; round < 2; round++) // the second round is answered by the cache, so it is not traced
{
    Embedding<float> query = (await queries.GenerateAsync([texts[0]]))[0];
    Embedding<float> document = (await documents.GenerateAsync([texts[1]]))[0];
    float cosine = query.Vector.ToArray().Zip(document.Vector.ToArray(), (a, b) => a * b).Sum();
    Console.WriteLine(FormattableString.Invariant($"round {round}: {cosine:F4}"));
}

// The first step is the outermost: the cache sees what WithIdentity puts into the options, and so keeps queries apart
// from documents, and one model from another.
static IEmbeddingGenerator<string, Embedding<float>> Pipeline(
    EmbeddingModel model, Prompt prompt, IDistributedCache cache) =>
    model.AsIEmbeddingGenerator(prompt).AsBuilder()
        .Use(inner => inner.WithIdentity())
        .UseDistributedCache(cache)
        .UseOpenTelemetry(sourceName: Source)
        .Build();
