using System.Text.Json;

namespace Sextant.Tests.Cases;

/// <summary>The folders under tests/fixtures/cases.</summary>
internal static class CaseFolder
{
    public static string Path(string name) => System.IO.Path.Combine(TestData.Fixtures, "cases", name);

    /// <summary>The names that begin with a letter.</summary>
    public static IEnumerable<string> Names(char letter) =>
        Directory.GetDirectories(System.IO.Path.Combine(TestData.Fixtures, "cases"))
            .Select(folder => System.IO.Path.GetFileName(folder)!)
            .Where(name => name[0] == letter).Order(StringComparer.Ordinal);

    public static bool Has(string name, string file) => File.Exists(System.IO.Path.Combine(Path(name), file));

    public static List<JsonElement> Lines(string name, string file) =>
        [.. File.ReadLines(System.IO.Path.Combine(Path(name), file)).Where(line => line.Length > 0)
            .Select(line => JsonElement.Parse(line))];

    public static JsonElement Expected(string name) =>
        JsonElement.Parse(File.ReadAllBytes(System.IO.Path.Combine(Path(name), "expected.json")));

    public static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetDouble())];

    public static string[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetString()!)];
}
