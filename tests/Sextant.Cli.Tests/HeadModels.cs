namespace Sextant.Cli.Tests;

/// <summary>The tiny model with a cross-encoder's head.</summary>
public sealed class TinyRanker() : TinyModel("bert.")
{
    protected override void AddHead()
    {
        File.Delete(Path.Combine(Folder, "modules.json"));
        AddLinear("bert.pooler.dense", Hidden, Hidden);
        AddLinear("classifier", 1, Hidden);
    }
}

/// <summary>The tiny model with a head of three labels.</summary>
public sealed class TinyClassifier() : TinyModel("bert.")
{
    protected override void AddHead()
    {
        File.Delete(Path.Combine(Folder, "modules.json"));
        string config = File.ReadAllText(Path.Combine(Folder, "config.json"));
        Write("config.json", config.Replace(
            "\"model_type\"", "\"id2label\":{\"0\":\"no\",\"1\":\"yes\",\"2\":\"今\"},\"model_type\"",
            StringComparison.Ordinal));
        AddLinear("bert.pooler.dense", Hidden, Hidden);
        AddLinear("classifier", 3, Hidden);
    }
}

/// <summary>The tiny model with a masked-language head.</summary>
public sealed class TinyMasked() : TinyModel("bert.")
{
    protected override void AddHead()
    {
        File.Delete(Path.Combine(Folder, "modules.json"));
        AddLinear("cls.predictions.transform.dense", Hidden, Hidden);
        AddNorm("cls.predictions.transform.LayerNorm");
        Add("cls.predictions.bias", VocabularySize);
    }
}
