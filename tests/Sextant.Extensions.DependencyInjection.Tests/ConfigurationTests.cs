using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sextant.Backends;

namespace Sextant.Extensions.DependencyInjection.Tests;

/// <summary>Options are what a configuration says, and what it cannot say is refused, all of it at once.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public void ModelsAreReadFromASection()
    {
        using ServiceProvider services = new ServiceCollection().AddSextant(
            Configuration(
                ("Embeddings:default:Path", "minilm"), ("embeddings:default:precision", "int8"),
                ("Embeddings:default:MaxTokens", "99"), ("Embeddings:default:Dimensions", "64"),
                ("Embeddings:plain", "tiny"), ("Rerankers:r:Path", "some/folder"), ("Rerankers:r:Truncation", "Left"),
                ("SparseEncoders:s:Path", "splade"), ("SparseEncoders:s:MaxTerms", "7"),
                ("SparseEncoders:s:Threads", "2")),
            options => options.Embeddings["plain"].MaxTokens = 5).BuildServiceProvider();
        SextantOptions options = services.GetRequiredService<IOptions<SextantOptions>>().Value;
        Assert.Equal(
            new SextantModel { Path = "minilm", Precision = Precision.Int8, MaxTokens = 99, Dimensions = 64 },
            options.Embeddings["default"]);
        Assert.Equal(new SextantModel { Path = "tiny", MaxTokens = 5 }, options.Embeddings["plain"]);
        Assert.Equal(
            new SextantModel { Path = "some/folder", Truncation = Truncation.Left }, options.Rerankers["r"]);
        Assert.Equal(new SextantModel { Path = "splade", MaxTerms = 7, Threads = 2 }, options.SparseEncoders["s"]);
    }

    [Fact]
    public void EverythingWrongIsSaidAtOnce()
    {
        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(() =>
            new ServiceCollection().AddSextant(Configuration(
                ("Embedings:default:Path", "minilm"), ("Embeddings:a:Presicion", "Int8"),
                ("Embeddings:a:Precision", "3"), ("Embeddings:a:MaxTokens", "many"), ("Rerankers:r:Path:more", "x"))));
        string[] failures = [.. refused.Failures];
        Assert.Equal(5, failures.Length);
        foreach (string one in (string[])
        [
            "'Embedings' is unknown", "'Embeddings:a:Presicion' is unknown", "'Embeddings:a:Precision' is '3'",
            "'Embeddings:a:MaxTokens' is 'many'", "'Rerankers:r:Path' has keys below it",
        ])
        {
            Assert.Contains(failures, failure => failure.StartsWith(one, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void ValuesThatCannotBeAreRefused()
    {
        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(() =>
            new ServiceCollection().AddSextant(options =>
            {
                options.Embeddings["a/b"] = new SextantModel();
                options.Embeddings["query"] = new SextantModel();
                options.Embeddings["c"] = new SextantModel { MaxTokens = 0, MaxTerms = 3 };
                options.Rerankers["r"] = new SextantModel { Dimensions = 3 };
                options.SparseEncoders["s"] = new SextantModel { Path = "", Precision = (Precision)99 };
            }));
        Assert.Equal(8, refused.Failures.Count());
        IServiceCollection services = new ServiceCollection().AddSextant();
        Assert.Throws<InvalidOperationException>(() => services.AddSextant());
        Assert.Throws<ArgumentNullException>(() => ((IServiceCollection)null!).AddSextant());
        Assert.Throws<ArgumentNullException>(() => new ServiceCollection().AddSextant((IConfiguration)null!));
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(one => new KeyValuePair<string, string?>(one.Key, one.Value))).Build();
}
