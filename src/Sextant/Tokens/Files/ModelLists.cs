using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>
/// The long lists of a <c>model</c>: its vocabulary, with ids or with scores, and its merges. They are read first; then
/// the rest of the file is read as if they were empty.
/// </summary>
internal sealed class ModelLists
{
    /// <summary>More than four times the merges of any model known.</summary>
    private const int MergeLimit = 1 << 21;

    private ModelLists()
    {
    }

    /// <summary>Tokens and ids; null where <c>vocab</c> is no object.</summary>
    internal VocabularyBuilder? Vocabulary { get; private set; }

    /// <summary>
    /// Tokens numbered in order, whose scores are <see cref="Scores"/>; null where <c>vocab</c> is no list.
    /// </summary>
    internal VocabularyBuilder? ScoredVocabulary { get; private set; }

    internal List<double> Scores { get; } = [];

    /// <summary>The two parts of each merge, one after the other; null where there is no list <c>merges</c>.</summary>
    internal VocabularyBuilder? Merges { get; private set; }

    /// <summary>Reads the lists and takes them out of <paramref name="json"/>.</summary>
    internal static ModelLists Take(string file, ref ReadOnlySpan<byte> json)
    {
        var lists = new ModelLists();
        while (lists.TryLocate(json, out bool isVocabulary, out bool isObject, out int start))
        {
            var tokens = new VocabularyBuilder(file);
            var scanner = new JsonScanner(json, start, isVocabulary ? "model.vocab" : "model.merges", tokens);
            if (!isVocabulary)
                lists.Merges = ReadMerges(ref scanner, tokens);
            else if (isObject)
                lists.Vocabulary = ReadIds(ref scanner, tokens);
            else
                lists.ScoredVocabulary = ReadScores(ref scanner, tokens, lists.Scores);
            byte[] rest = new byte[json.Length - (scanner.Position - start)];
            json[..start].CopyTo(rest);
            json[scanner.Position..].CopyTo(rest.AsSpan(start));
            json = rest;
        }
        return lists;
    }

    // Where the first list that is not read yet begins, after its bracket. A list that is there twice counts once; the
    // second is refused with the other fields.
    private bool TryLocate(ReadOnlySpan<byte> json, out bool isVocabulary, out bool isObject, out int start)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            bool inModel = reader.CurrentDepth == 1 && reader.ValueTextEquals("model"u8);
            isVocabulary = reader.CurrentDepth == 2 && reader.ValueTextEquals("vocab"u8)
                && Vocabulary is null && ScoredVocabulary is null;
            bool isMerges = reader.CurrentDepth == 2 && reader.ValueTextEquals("merges"u8) && Merges is null;
            reader.Read();
            isObject = reader.TokenType == JsonTokenType.StartObject;
            bool isList = reader.TokenType == JsonTokenType.StartArray;
            if ((isVocabulary && (isObject || isList)) || (isMerges && isList))
            {
                start = (int)reader.BytesConsumed;
                return true;
            }
            if (!inModel || !isObject)
                reader.Skip();
        }
        (isVocabulary, isObject, start) = (false, false, 0);
        return false;
    }

    private static VocabularyBuilder ReadIds(ref JsonScanner scanner, VocabularyBuilder tokens)
    {
        for (bool isFirst = true; scanner.TakesItem('}', ref isFirst);)
        {
            int length = scanner.ReadToken(tokens);
            scanner.Expect(':', "a colon");
            tokens.Add(length, scanner.ReadId());
        }
        return tokens;
    }

    private static VocabularyBuilder ReadScores(
        ref JsonScanner scanner, VocabularyBuilder tokens, List<double> scores)
    {
        for (bool isFirst = true; scanner.TakesItem(']', ref isFirst);)
        {
            scanner.Expect('[', "[token, score]");
            int length = scanner.ReadToken(tokens);
            tokens.Add(length, tokens.Count);
            scanner.Expect(',', "[token, score]");
            scores.Add(scanner.ReadNumber());
            scanner.Expect(']', "[token, score]");
        }
        return tokens;
    }

    // As texts with one space between the parts, or as pairs.
    private static VocabularyBuilder ReadMerges(ref JsonScanner scanner, VocabularyBuilder parts)
    {
        const string Accepted = "\"first second\" or [\"first\", \"second\"]";
        for (bool isFirst = true; scanner.TakesItem(']', ref isFirst);)
        {
            if (parts.Count / 2 == MergeLimit)
                throw scanner.Refusal($"up to {MergeLimit} merges");
            if (scanner.Next() == '[')
            {
                scanner.Expect('[', Accepted);
                parts.Add(scanner.ReadToken(parts), parts.Count);
                scanner.Expect(',', Accepted);
                parts.Add(scanner.ReadToken(parts), parts.Count);
                scanner.Expect(']', Accepted);
                continue;
            }
            int length = scanner.ReadToken(parts);
            Span<char> text = parts.Room(length);
            if (text.StartsWith("#version"))
                continue;
            int space = text.IndexOf(' ');
            if (space < 0 || text[(space + 1)..].Contains(' '))
                throw scanner.Refusal(Accepted);
            string second = text[(space + 1)..].ToString();
            parts.Add(space, parts.Count);
            second.CopyTo(parts.Room(second.Length));
            parts.Add(second.Length, parts.Count);
        }
        return parts;
    }
}
