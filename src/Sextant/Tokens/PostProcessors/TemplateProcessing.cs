using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>
/// A frame written out in the file: special tokens and sequences in any order, each with its type id.
/// </summary>
internal static class TemplateProcessing
{
    internal static PostProcessor Read(ComponentFields fields)
    {
        fields.Expect("single", "pair", "special_tokens");
        var special = new Dictionary<string, int[]>(StringComparer.Ordinal);
        JsonElement tokens = fields.Element("special_tokens", JsonValueKind.Object, "an object");
        foreach (JsonProperty token in tokens.EnumerateObject())
            special[token.Name] = Ids(fields.Inner(token.Value, $"special_tokens.{token.Name}"));
        return new PostProcessor(Parts(fields, "single", special), Parts(fields, "pair", special));
    }

    private static int[] Ids(ComponentFields token)
    {
        token.Expect("id", "ids", "tokens");
        JsonElement list = token.Element("ids", JsonValueKind.Array, "a list of ids");
        CheckLength(token, "ids", list);
        int[] ids = new int[list.GetArrayLength()];
        int count = 0;
        foreach (JsonElement id in list.EnumerateArray())
        {
            if (id.ValueKind != JsonValueKind.Number || !id.TryGetInt32(out ids[count++]) || ids[count - 1] < 0)
                throw token.Refusal("ids", ComponentFields.Describe(id), "a list of ids");
        }
        return ids;
    }

    private static TemplatePart[] Parts(ComponentFields fields, string name, Dictionary<string, int[]> special)
    {
        const string Accepted =
            "a list of {\"Sequence\":{\"id\",\"type_id\"}} and {\"SpecialToken\":{\"id\",\"type_id\"}}";
        JsonElement list = fields.Element(name, JsonValueKind.Array, Accepted);
        CheckLength(fields, name, list);
        var parts = new List<TemplatePart>();
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || item.GetPropertyCount() != 1)
                throw fields.Refusal(name, ComponentFields.Describe(item), Accepted);
            foreach (JsonProperty kind in item.EnumerateObject())
                parts.Add(Part(fields.Inner(kind.Value, $"{name}.{kind.Name}"), kind.Name, name, special));
        }
        return [.. parts];
    }

    private static void CheckLength(ComponentFields fields, string name, JsonElement list)
    {
        if (list.GetArrayLength() > PostProcessor.PartLimit)
            throw fields.Refusal(name, $"{list.GetArrayLength()} long", $"up to {PostProcessor.PartLimit} entries");
    }

    private static TemplatePart Part(
        ComponentFields part, string kind, string template, Dictionary<string, int[]> special)
    {
        part.Expect("id", "type_id");
        string id = part.Text("id");
        int typeId = part.Count("type_id");
        if (kind == "Sequence")
        {
            bool second = id == "B" && template == "pair";
            if (id != "A" && !second)
                throw part.Refusal("id", $"'{id}'", template == "pair" ? "A or B" : "A");
            return new TemplatePart(second ? 1 : 0, [], typeId);
        }
        if (kind != "SpecialToken")
            throw part.Refusal("", "it", "Sequence or SpecialToken");
        if (!special.TryGetValue(id, out int[]? ids))
            throw part.Refusal("id", $"'{id}'", "one of the keys of special_tokens");
        return new TemplatePart(-1, ids, typeId);
    }
}
