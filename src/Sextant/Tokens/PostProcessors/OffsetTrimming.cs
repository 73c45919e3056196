namespace Sextant.Tokens;

/// <summary>The components "ByteLevel", which only trims offsets, and "RobertaProcessing", which also frames.</summary>
internal static class OffsetTrimming
{
    internal static PostProcessor ReadByteLevel(ComponentFields fields)
    {
        fields.Expect("add_prefix_space", "trim_offsets", "use_regex");
        _ = fields.OptionalFlag("use_regex");
        return PostProcessor.None.With(fields.Flag("trim_offsets"), fields.Flag("add_prefix_space"));
    }

    /// <summary>cls A sep, or cls A sep sep B sep; all of type 0, with or without the special tokens.</summary>
    internal static PostProcessor ReadRoberta(ComponentFields fields)
    {
        fields.Expect("sep", "cls", "trim_offsets", "add_prefix_space");
        int cls = BertProcessing.Id(fields, "cls"), sep = BertProcessing.Id(fields, "sep");
        TemplatePart begin = new(-1, [cls], 0), end = new(-1, [sep], 0), first = new(0, [], 0);
        var frame = new PostProcessor([begin, first, end],
            [begin, first, end, end, new TemplatePart(1, [], 0), end]);
        return frame.With(fields.Flag("trim_offsets"), fields.Flag("add_prefix_space"));
    }
}
