using Sextant.Tests.Weights;

namespace Sextant.Tests.Models;

/// <summary>A fixture's weights with a config.json of the test's own.</summary>
internal sealed class FamilyFolder : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public FamilyFolder(string fixture)
    {
        string source = TestData.Model(fixture);
        Config = File.ReadAllText(Path.Combine(source, "config.json"));
        foreach (string file in Directory.GetFiles(source, "model*"))
            File.CreateSymbolicLink(Path.Combine(_folder.Path, Path.GetFileName(file)), file);
    }

    /// <summary>The fixture's config.json.</summary>
    public string Config { get; }

    /// <summary>Loads with this config.</summary>
    public EmbeddingModel Load(byte[] config, AttentionDirection? attention = null)
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "config.json"), config);
        return EmbeddingModel.Load(_folder.Path, new() { Pooling = "mean", Attention = attention, Threads = 1 });
    }

    /// <summary>Loads with a part of the config replaced.</summary>
    public EmbeddingModel Load(string found, string replaced)
    {
        Assert.Contains(found, Config, StringComparison.Ordinal);
        return Load(System.Text.Encoding.UTF8.GetBytes(Config.Replace(found, replaced, StringComparison.Ordinal)));
    }

    public void Dispose() => _folder.Dispose();
}
