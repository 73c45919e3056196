using System.Globalization;
using Sextant.Cli.Outputs;
using Sextant.Indexes;

namespace Sextant.Cli.Verbs;

/// <summary>What an index says of itself.</summary>
internal static class IndexFacts
{
    public static FactList Of(IndexReader reader)
    {
        IndexStatistics statistics = reader.Statistics();
        IndexDefinition definition = reader.Definition;
        var facts = new FactList();
        facts.Section("index");
        // A long file is kept in parts, each a document of the index; here it is one.
        facts.Add("documents", Number(reader.Keys().LongCount(key => IndexedFile.PathOf(key).Length == key.Length)));
        facts.Add("passages", Number(statistics.Passages));
        facts.Add("deleted", FormattableString.Invariant(
            $"{statistics.DeletedDocuments} documents, {statistics.DeletedPassages} passages"));
        facts.Add("attributes", statistics.Attributes.Count == 0 ? "none" : string.Join(", ", statistics.Attributes));
        if (reader.Unfinished is { } paths)
            facts.Add("unfinished", paths.Replace("\n", ", ", StringComparison.Ordinal));
        facts.Add("commit", Number(statistics.Commit));
        facts.Add("segments", Number(statistics.Segments));
        facts.Section("code");
        facts.Add("dimensions", Number(definition.Dimensions));
        facts.Add("scanned", Scanned(definition));
        if (definition.Lists > 0)
            facts.Add("inverted lists", Number(definition.Lists));
        if (definition.Transform is { } transform)
            facts.Add("transform",
                FormattableString.Invariant($"{transform.Inputs} to {transform.Outputs} dimensions"));
        facts.Add("rescored", definition.Rescore?.ToString().ToLowerInvariant() ?? "no");
        facts.Add("metric", definition.Metric.ToString().ToLowerInvariant());
        facts.Section("bytes");
        foreach ((string name, long size) in statistics.Sections)
            facts.Add(name, Number(size));
        facts.Add("all files", Number(statistics.Bytes));
        facts.Section("made with");
        foreach ((string name, string value) in definition.Properties)
        {
            if (ModelFingerprint.IsLong(name))
            {
                facts.Add(name, Number(value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
                continue;
            }
            bool isText = name is "document prompt" or "query prompt";
            string shown = isText ? $"\"{value}\"" : name == "model" && value.Length == 0 ? "the tool's own" : value;
            facts.Add(name, shown);
        }
        return facts;
    }

    private static string Scanned(IndexDefinition definition) => definition switch
    {
        { ResidualBinary: { } code } => FormattableString.Invariant(
            $"residual binary, {code.Levels} bits a dimension, error {code.Error:F3} of the sample"),
        { RaBitQ: { } code } => FormattableString.Invariant(
            $"RaBitQ, {code.Bits} bits for each of {code.CodedDimensions} ")
            + (code.Components is null ? "dimensions" : "principal components"),
        { Product: { } code } => FormattableString.Invariant(
            $"product, {code.Parts} bytes a vector, error {code.Error:F3} of the sample"),
        _ => definition.Code.ToString().ToLowerInvariant(),
    };

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
