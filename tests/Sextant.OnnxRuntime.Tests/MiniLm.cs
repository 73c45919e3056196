using System.Reflection;
using System.Text.Json;
using Sextant.Conversion;

namespace Sextant.OnnxRuntime.Tests;

/// <summary>The real model: as its package has it, and converted to 32 and to 16 bits.</summary>
public sealed class MiniLm : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-minilm-").FullName;

    public MiniLm()
    {
        string assembly = typeof(MiniLm).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(one => one.Key == "MiniLM").Value!;
        ModelSource source = ModelSource.Read(assembly, null);
        (Onnx, Vocabulary) = (source.Model.ToArray(), source.Vocabulary.ToArray());
        Single = OnnxConversion.Convert(
            assembly, null, Path.Combine(_root, "f32"), new() { Pooling = "mean", MaxTokens = 256 });
        Half = OnnxConversion.Convert(
            assembly, null, Path.Combine(_root, "f16"), new() { Pooling = "mean", MaxTokens = 256, IsHalf = true });
        Texts = AllTexts();
    }

    public byte[] Onnx { get; }

    public byte[] Vocabulary { get; }

    public ConvertedModel Single { get; }

    public ConvertedModel Half { get; }

    /// <summary>500 texts of all kinds, from one letter to more than the model takes.</summary>
    public string[] Texts { get; }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string[] AllTexts()
    {
        string? data = Environment.GetEnvironmentVariable("SEXTANT_TESTDATA");
        if (string.IsNullOrEmpty(data))
            Assert.Skip("SEXTANT_TESTDATA is not set: the shared test data is not on this machine.");
        List<string> texts =
        [
            "a", "Hello, world!", "naïve Café ÀÉÎÕÜ ß Straße", "今日は良い天気です。", "한국어 텍스트", "Привет, мир",
            "e\u0301 and é", "😀 emoji 👩‍👩‍👧 here", "foo_bar.baz(qux) => 42;", "http://example.com/a?b=c&d=e#f", "$1,234.56 (50%)",
            "don't can't it's", "supercalifragilisticexpialidocious", new string('x', 120), "tab\tand\nnewline\r\n", "¿Qué?",
            string.Join(' ', Enumerable.Repeat("long", 400)), "[CLS] inside [MASK] text", "İstanbul ĳ ﬁ ﬂ", "ΑΒΓ αβγ ς",
        ];
        foreach (string set in (string[])["cranfield", "cisi", "npl", "cacm"])
        {
            string folder = Path.Combine(data, "eval", "retrieval", set);
            texts.AddRange(File.ReadLines(Path.Combine(folder, "queries.jsonl")).Take(40).Select(Text));
            texts.AddRange(File.ReadLines(Path.Combine(folder, "corpus.jsonl")).Where((_, i) => i % 17 == 3).Take(50)
                .Select(Text));
        }
        texts.AddRange(File.ReadLines(Path.Combine(data, "eval", "sts", "stsb-en-test.csv")).Take(500));
        return [.. texts.Where(text => text.Length > 0).Take(500)];
    }

    private static string Text(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("text").GetString()!;
    }
}
