// Orders documents by a cross-encoder, and shows the heaviest terms that a SPLADE model gives a query.
// Both are folders in Hugging Face's format, such as ms-marco-MiniLM-L-6-v2 and splade-v3.
using System.Globalization;
using Sextant;

if (args.Length < 4)
{
    Console.Error.WriteLine("usage: Rerank RANKER SPLADE QUERY DOCUMENT…");
    return 2;
}
string query = args[2];
string[] documents = args[3..];

using (var ranker = SequenceClassifier.Load(args[0]))
{
    foreach (RankedDocument one in ranker.Rank(query, documents))
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{one.Logit:F4}  {documents[one.Index]}"));
    }
}

using var splade = SparseEncoder.Load(args[1], new SparseOptions { MaxTerms = 5 });
foreach (TermWeight term in splade.Embed(query).OrderByDescending(term => term.Weight))
{
    string text = splade.Tokenizer.TryGetText(term.Id, out string? known) ? known : "?";
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{term.Weight:F4}  {text}"));
}
return 0;
