// Cuts the text files of a folder into passages, embeds them, and finds those nearest to a query.
using System.Globalization;
using System.Text;
using Sextant;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Search;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: SearchFolder FOLDER QUERY");
    return 2;
}
using EmbeddingModel model = EmbeddingModel.LoadDefault();
int Tokens(ReadOnlySpan<char> text) => model.Tokenizer.CountTokens(text, addSpecialTokens: false);
var reader = new PassageReader(Tokens, new PassageOptions { Chunk = 64, Overlap = 16 });

using VectorIndex index = VectorIndex.Create(
    new IndexDefinition { Dimensions = model.Dimensions, Code = VectorCode.Float32 });
IEnumerable<Passage> all = reader.ReadFiles(
    [args[0]], skipped => Console.Error.WriteLine($"{skipped.Path} was skipped: {skipped.Reason}"));
foreach (Passage[] some in all.Chunk(256)) // memory holds the vectors of a few passages at a time
{
    var vectors = new float[some.Length * model.Dimensions];
    model.Embed([.. some.Select(passage => passage.Text)], Prompt.Document, vectors);
    for (int i = 0; i < some.Length; i++)
    {
        string position = string.Create(CultureInfo.InvariantCulture, $"{some[i].File}:{some[i].FirstLine}");
        index.Upsert(new IndexDocument
        {
            Key = string.Create(CultureInfo.InvariantCulture, $"{position}:{some[i].Start}"),
            Vectors = vectors.AsMemory(i * model.Dimensions, model.Dimensions),
            Payloads = [Encoding.UTF8.GetBytes(position)],
        });
    }
}
index.Commit();

using IndexReader found = index.Read();
var hits = new Hit[3];
int count = found.Search(model.EmbedQuery(args[1]), hits);
foreach (Hit hit in hits.AsSpan(0, count))
{
    string position = Encoding.UTF8.GetString(found.Payload(hit.Id));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hit.Score:F4}  {position}"));
}
return 0;
