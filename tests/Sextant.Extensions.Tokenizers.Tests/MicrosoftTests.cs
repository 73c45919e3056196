using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Sextant.Extensions.Tokenizers.Tests;

/// <summary>
/// Microsoft's own tokenizers over the same vocabularies: where they follow Hugging Face's library their ids are ours,
/// and where they do not is listed here, so that a new version that changes its ways is noticed.
/// </summary>
public class MicrosoftTests
{
    private static readonly string[] s_addedTokens =
        ["<|endoftext|>", "<|begin_of_text|>", "<|pad|>", "<pad>", "</s>", "<unk>"];

    [Fact]
    public void ByteLevelBpeIsTheSameButForAddedTokensInTexts()
    {
        GoldenSet golden = GoldenSet.Load("syn-bl-gpt2-trim-offsets");
        var theirs = BpeTokenizer.Create(new BpeOptions(golden.Model.GetProperty("vocab").EnumerateObject()
            .Select(entry => KeyValuePair.Create(entry.Name, entry.Value.GetInt32())))
        {
            Merges = golden.Model.GetProperty("merges").EnumerateArray().Select(Merge),
            ByteLevel = true,
            PreTokenizer = Split(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
        });
        Compare(golden, theirs, ["t518", "t520"]);
    }

    [Fact]
    public void TiktokenIsTheSameButForAddedTokensInTexts()
    {
        GoldenSet golden = GoldenSet.Load("syn-bl-llama3-style");
        Dictionary<char, byte> units = ByteUnits();
        IEnumerable<string> ranks = golden.Model.GetProperty("vocab").EnumerateObject()
            .Where(entry => entry.Name.All(units.ContainsKey))
            .OrderBy(entry => entry.Value.GetInt32())
            .Select(entry => $"{Convert.ToBase64String([.. entry.Name.Select(unit => units[unit])])} {entry.Value}");
        var theirs = TiktokenTokenizer.Create(
            new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', ranks) + "\n")),
            Split(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
                + @"|\s*[\r\n]+|\s+(?!\S)|\s+"), normalizer: null);
        Compare(golden, theirs, ["t518", "t520"]);
    }

    // SentencePiece puts its space before a text that begins with one, normalises by a table that tokenizer.json has
    // no equal of, and looks for no added tokens; byte pieces must follow each other.
    [Fact]
    public void UnigramIsTheSameWhereNoByteAndNoNormalizationIsNeeded()
    {
        GoldenSet golden = GoldenSet.Load("syn-unigram-bytefallback");
        var theirs = SentencePieceTokenizer.Create(new MemoryStream(SentencePieceModel(golden.Model)),
            addBeginningOfSentence: false, addEndOfSentence: false);
        string[] pieces = [.. golden.Model.GetProperty("vocab").EnumerateArray().Select(entry => entry[0].GetString()!)];
        Tokenizer ours = golden.Tokenizer.AsMLTokenizer();
        int compared = 0;
        foreach (GoldenText line in golden.Texts)
        {
            if (line.Ids.Any(id => pieces[id].StartsWith('<')) || !line.Text.IsNormalized(NormalizationForm.FormKC)
                || line.Text.StartsWith(' '))
            {
                continue;
            }
            Assert.Equal(ours.EncodeToIds(line.Text), theirs.EncodeToIds(line.Text));
            compared++;
        }
        Assert.True(compared >= 30, $"{compared} texts");
    }

    // BERT makes tokens of the underscore and of the symbols $ + < = > ^ ` | ~, and strips accents where it
    // lower-cases. Microsoft's takes the underscore for a letter, drops the symbols and keeps the accents.
    [Fact]
    public void BertIsTheSameForLettersDigitsAndMostPunctuation()
    {
        GoldenSet golden = GoldenSet.Load("syn-wp-lower-template");
        IEnumerable<string> vocabulary = golden.Model.GetProperty("vocab").EnumerateObject()
            .OrderBy(entry => entry.Value.GetInt32()).Select(entry => entry.Name);
        var theirs = BertTokenizer.Create(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', vocabulary))));
        Tokenizer ours = golden.Tokenizer.AsMLTokenizer();
        int compared = 0;
        foreach (GoldenText line in golden.Texts.Where(line => line.Text.All(IsPlain)))
        {
            Assert.Equal(ours.EncodeToIds(line.Text), theirs.EncodeToIds(line.Text, addSpecialTokens: false));
            compared++;
        }
        Assert.True(compared >= 20, $"{compared} texts");
        foreach (string other in (string[])["search_document: green tea", "a/b\\c|d", "Ångström Åse"])
            Assert.NotEqual(ours.EncodeToIds(other), theirs.EncodeToIds(other, addSpecialTokens: false));

        static bool IsPlain(char unit) => unit == ' ' || char.IsAsciiLetterOrDigit(unit)
            || (unit != '_' && char.IsAscii(unit) && char.IsPunctuation(unit));
    }

    private static void Compare(GoldenSet golden, Tokenizer theirs, string[] differ)
    {
        Tokenizer ours = golden.Tokenizer.AsMLTokenizer();
        string[] found = [.. golden.Texts
            .Where(line => !theirs.EncodeToIds(line.Text).SequenceEqual(ours.EncodeToIds(line.Text)))
            .Select(line => line.Key)];
        Assert.Equal(differ, found);
        Assert.All(golden.Texts.Where(line => differ.Contains(line.Key)),
            line => Assert.Contains(s_addedTokens, token => line.Text.Contains(token, StringComparison.Ordinal)));
    }

    private static PreTokenizer Split(string pattern) => new RegexPreTokenizer(new Regex(pattern), null);

    private static string Merge(JsonElement merge) => merge.ValueKind == JsonValueKind.String
        ? merge.GetString()! : $"{merge[0].GetString()} {merge[1].GetString()}";

    // GPT-2's letters for bytes.
    private static Dictionary<char, byte> ByteUnits()
    {
        var units = new Dictionary<char, byte>();
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool shown = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            units.Add((char)(shown ? value : next++), (byte)value);
        }
        return units;
    }

    private static byte[] SentencePieceModel(JsonElement model)
    {
        using var file = new MemoryStream();
        int id = 0, unknown = model.GetProperty("unk_id").GetInt32();
        foreach (JsonElement entry in model.GetProperty("vocab").EnumerateArray())
        {
            byte[] text = Encoding.UTF8.GetBytes(entry[0].GetString()!);
            bool isByte = Regex.IsMatch(entry[0].GetString()!, "^<0x[0-9A-F]{2}>$");
            bool control = entry[0].GetString() is "<pad>" or "</s>" or "<s>";
            using var piece = new MemoryStream();
            piece.WriteByte(0x0A);
            Varint(piece, text.Length);
            piece.Write(text);
            piece.WriteByte(0x15);
            piece.Write(BitConverter.GetBytes(entry[1].GetSingle()));
            piece.WriteByte(0x18);
            piece.WriteByte((byte)(id == unknown ? 2 : isByte ? 6 : control ? 3 : 1));
            Message(file, 0x0A, piece);
            id++;
        }
        using var trainer = new MemoryStream();
        trainer.Write([0x18, 1]); // unigram
        trainer.Write([0x98, 0x02, 1]); // byte_fallback = 35
        trainer.Write([0xC0, 0x02, (byte)unknown]); // unk_id = 40
        Message(file, 0x12, trainer);
        using var normalizer = new MemoryStream([0x18, 1, 0x20, 0, 0x28, 1]);
        Message(file, 0x1A, normalizer);
        return file.ToArray();

        static void Message(MemoryStream into, byte tag, MemoryStream message)
        {
            into.WriteByte(tag);
            Varint(into, (int)message.Length);
            into.Write(message.ToArray());
        }

        static void Varint(MemoryStream into, int value)
        {
            for (; value >= 0x80; value >>= 7)
                into.WriteByte((byte)(value | 0x80));
            into.WriteByte((byte)value);
        }
    }
}
