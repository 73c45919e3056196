using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>Reads the section <c>added_tokens</c>; as in the reference, ids are not taken from the file.</summary>
internal static class AddedTokensSection
{
    internal static AddedTokenList Read(ComponentFields top, Vocabulary vocabulary)
    {
        var tokens = new AddedTokenList(top.File, vocabulary);
        if (top.Optional("added_tokens") is not JsonElement list)
            return tokens;
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidModelException(
                top.File, $"'added_tokens' is {ComponentFields.Describe(list)}; accepted: a list.");
        }
        int index = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            ComponentFields fields = top.Inner(item, $"added_tokens[{index++}]");
            fields.Expect("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
            _ = fields.Count("id");
            tokens.Add(new AddedTokenFlags(fields.Text("content"), fields.Flag("special"), fields.Flag("normalized"),
                fields.Flag("single_word"), fields.Flag("lstrip"), fields.Flag("rstrip")));
        }
        return tokens;
    }
}
