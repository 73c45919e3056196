using System.Text.Json;

namespace Sextant.Tests.Heads;

/// <summary>A small late-interaction model and what numpy computes for it in float64.</summary>
internal sealed class LateFixture
{
    public LateFixture(string name)
    {
        Folder = PathOf(name);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        Yardstick = json.RootElement.GetProperty("yardstick").GetDouble();
        Queries = Read(json.RootElement.GetProperty("queries"));
        Documents = Read(json.RootElement.GetProperty("documents"));
        Scores = Rows(json.RootElement.GetProperty("scores"));
    }

    /// <summary>The layouts there are.</summary>
    public static readonly string[] Names = ["sentence-transformers", "attended", "pylate", "colbert"];

    public string Folder { get; }

    /// <summary>The largest difference between float32 and float64 of the same formulas.</summary>
    public double Yardstick { get; }

    public (string Text, int[] Ids, double[][] Vectors)[] Queries { get; }

    public (string Text, int[] Ids, double[][] Vectors)[] Documents { get; }

    /// <summary>[queries, documents].</summary>
    public double[][] Scores { get; }

    public string[] Texts(bool queries) => Array.ConvertAll(queries ? Queries : Documents, one => one.Text);

    public static string PathOf(string name) => Path.Combine(TestData.Fixtures, "multi-vector", name);

    private static (string Text, int[] Ids, double[][] Vectors)[] Read(JsonElement list) =>
    [
        .. list.EnumerateArray().Select(one => (one.GetProperty("text").GetString()!,
            one.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray(),
            Rows(one.GetProperty("vectors")))),
    ];

    private static double[][] Rows(JsonElement list) =>
        [.. list.EnumerateArray().Select(row => row.EnumerateArray().Select(v => v.GetDouble()).ToArray())];
}
