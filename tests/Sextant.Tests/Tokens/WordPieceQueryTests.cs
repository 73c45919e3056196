using System.IO.Compression;
using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>Real queries and their BERT-uncased word pieces, made by others.</summary>
public class WordPieceQueryTests
{
    [SharedTheory]
    [InlineData("arguana", 1406)]
    [InlineData("fiqa", 648)]
    [InlineData("nfcorpus", 323)]
    [InlineData("nq", 3452)]
    [InlineData("scifact", 300)]
    public void PiecesAreEqual(string set, int lines)
    {
        Tokenizer tokenizer = Tokenizer.LoadFolder(GoldenFile.Folder("minilm-l6"));
        string name = Path.Combine(TestData.Shared("golden", "wordpiece-queries"), $"topics.beir-v1.0.0-{set}.test");
        Dictionary<string, string> texts = Read(name + ".tsv.gz"), pieces = Read(name + ".wp.tsv.gz");
        var buffer = new TokenBuffer();
        var differences = new List<string>();
        foreach ((string key, string text) in texts)
        {
            tokenizer.Encode(text, buffer, new EncodeOptions { AddSpecialTokens = false });
            string actual = string.Join(' ', buffer.Ids.ToArray().Select(tokenizer.TokenText));
            if (pieces.GetValueOrDefault(key) != actual)
                differences.Add($"{key}: {text}\n  wanted {pieces.GetValueOrDefault(key)}\n  got    {actual}");
        }
        Assert.Equal(lines, texts.Count);
        Assert.Equal(lines, pieces.Count);
        Assert.True(differences.Count == 0,
            $"{differences.Count} differences\n{string.Join('\n', differences.Take(5))}");
    }

    private static Dictionary<string, string> Read(string file)
    {
        using var stream = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in reader.ReadToEnd().Split('\n'))
        {
            int tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab > 0)
                lines.Add(line[..tab], line[(tab + 1)..]);
        }
        return lines;
    }
}
