using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>Reads the sections <c>truncation</c> and <c>padding</c>.</summary>
internal static class LengthSections
{
    /// <summary>No model pads to more tokens than this.</summary>
    private const int PaddingLimit = 1 << 20;

    internal static TruncationSettings? ReadTruncation(ComponentFields? fields)
    {
        if (fields is null)
            return null;
        fields.Expect("direction", "max_length", "strategy", "stride");
        TruncationStrategy strategy = fields.Text("strategy") switch
        {
            "LongestFirst" => TruncationStrategy.LongestFirst,
            "OnlyFirst" => TruncationStrategy.OnlyFirst,
            "OnlySecond" => TruncationStrategy.OnlySecond,
            string other => throw fields.Refusal(
                "strategy", $"'{ComponentFields.Short(other)}'", "LongestFirst, OnlyFirst, OnlySecond"),
        };
        int longest = fields.Count("max_length");
        if (longest == 0)
            throw fields.Refusal("max_length", "0", "a whole number from 1 on, or truncation null");
        return new TruncationSettings(longest, strategy, Side(fields), fields.Count("stride"));
    }

    internal static PaddingSettings? ReadPadding(ComponentFields? fields)
    {
        if (fields is null)
            return null;
        fields.Expect("strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token");
        int? length = null;
        JsonElement strategy = fields.Optional("strategy") ?? throw Strategy(fields, "missing or null");
        if (strategy.ValueKind == JsonValueKind.Object)
        {
            ComponentFields fixedLength = fields.Inner(strategy, "strategy");
            fixedLength.AllowOnly("Fixed");
            length = Limited(fixedLength, "Fixed", fixedLength.Count("Fixed"));
        }
        else if (strategy.ValueKind != JsonValueKind.String || !strategy.ValueEquals("BatchLongest"))
        {
            throw Strategy(fields, ComponentFields.Describe(strategy));
        }
        int multiple = Limited(fields, "pad_to_multiple_of", fields.OptionalCount("pad_to_multiple_of") ?? 0);
        return new PaddingSettings(length, multiple, Side(fields), fields.Count("pad_id"), fields.Count("pad_type_id"));
    }

    private static InvalidModelException Strategy(ComponentFields fields, string found) =>
        fields.Refusal("strategy", found, "\"BatchLongest\" or {\"Fixed\": tokens}");

    private static int Limited(ComponentFields fields, string name, int value) =>
        value <= PaddingLimit ? value : throw fields.Refusal(name, $"{value} tokens or more", $"0 to {PaddingLimit}");

    private static TruncationSide Side(ComponentFields fields)
    {
        if (fields.Optional("direction") is null)
            return TruncationSide.Right;
        return fields.Text("direction") switch
        {
            "Right" => TruncationSide.Right,
            "Left" => TruncationSide.Left,
            string other => throw fields.Refusal("direction", $"'{ComponentFields.Short(other)}'", "Right, Left"),
        };
    }
}
