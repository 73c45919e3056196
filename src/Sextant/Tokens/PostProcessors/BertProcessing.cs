using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>BERT's frame: [CLS] A [SEP], or [CLS] A [SEP] B [SEP] with type 1 from B on.</summary>
internal static class BertProcessing
{
    internal static PostProcessor Read(ComponentFields fields)
    {
        fields.Expect("sep", "cls");
        return Frame(Id(fields, "cls"), Id(fields, "sep"));
    }

    internal static PostProcessor Frame(int cls, int sep)
    {
        TemplatePart begin = new(-1, [cls], 0), first = new(0, [], 0), middle = new(-1, [sep], 0);
        return new PostProcessor(
            [begin, first, middle], [begin, first, middle, new TemplatePart(1, [], 1), new TemplatePart(-1, [sep], 1)]);
    }

    /// <summary>The id of a field [token, id].</summary>
    internal static int Id(ComponentFields fields, string name)
    {
        JsonElement token = fields.Element(name, JsonValueKind.Array, "[token, id]");
        if (token.GetArrayLength() == 2 && token[0].ValueKind == JsonValueKind.String
            && token[1].ValueKind == JsonValueKind.Number && token[1].TryGetInt32(out int id) && id >= 0)
        {
            return id;
        }
        throw fields.Refusal(name, ComponentFields.Describe(token), "[token, id]");
    }
}
