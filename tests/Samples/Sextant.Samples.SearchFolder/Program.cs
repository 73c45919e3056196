// Cuts the text files of a folder into passages, embeds them, and finds those nearest to a query.
using System.Globalization;
using Sextant;
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

var passages = new List<Passage>();
var index = new FlatIndex(model.Dimensions);
IEnumerable<Passage> all = reader.ReadFiles(
    [args[0]], skipped => Console.Error.WriteLine($"{skipped.Path} was skipped: {skipped.Reason}"));
foreach (Passage[] some in all.Chunk(256)) // memory holds the vectors of a few passages at a time
{
    var vectors = new float[some.Length * model.Dimensions];
    model.Embed([.. some.Select(passage => passage.Text)], Prompt.Document, vectors);
    index.Add(vectors);
    passages.AddRange(some);
}

var hits = new Hit[3];
int found = index.Search(model.EmbedQuery(args[1]), hits);
foreach (Hit hit in hits.AsSpan(0, found))
{
    Passage passage = passages[hit.Id];
    string position = string.Create(CultureInfo.InvariantCulture, $"{passage.File}:{passage.FirstLine}");
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hit.Score:F4}  {position}"));
}
return 0;
