using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>Reads the section <c>added_tokens</c>.</summary>
internal static class AddedTokensSection
{
    /// <remarks>
    /// As in the reference, ids are not taken from the file: a token that the vocabulary has keeps its id there, the
    /// others are numbered on, from the number of tokens. Where that hits an id that is taken, the file is refused.
    /// </remarks>
    internal static List<AddedToken> Read(string file, JsonElement? section, Vocabulary vocabulary)
    {
        var tokens = new List<AddedToken>();
        if (section is not JsonElement list)
            return tokens;
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidModelException(
                file, $"'added_tokens' is {ComponentFields.Describe(list)}; accepted: a list.");
        }
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        int next = vocabulary.Count;
        int index = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            ComponentFields fields = ComponentFields.Of(file, $"added_tokens[{index++}]", item);
            fields.Allow("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
            _ = fields.Count("id");
            string content = fields.Text("content");
            if (content.Length == 0)
                continue;
            if (!vocabulary.TryGetId(content, out int id) && !ids.TryGetValue(content, out id))
            {
                id = next;
                if (id >= VocabularyBuilder.IdLimit || vocabulary.Contains(id))
                {
                    throw new InvalidModelException(file, $"added token '{ComponentFields.Short(content)}' is not in "
                        + $"the vocabulary and would get id {id}, which is taken or too large; "
                        + "a vocabulary without gaps is needed.");
                }
            }
            next = Math.Max(next, id + 1);
            ids[content] = id;
            tokens.Add(new AddedToken(content, id, fields.Flag("special"), fields.Flag("normalized"),
                fields.Flag("single_word"), fields.Flag("lstrip"), fields.Flag("rstrip")));
        }
        return tokens;
    }
}
