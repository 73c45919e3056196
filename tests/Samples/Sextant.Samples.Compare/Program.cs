// Embeds texts and compares each with the first: the model that comes with the library, no other file.
using System.Globalization;
using Sextant;

using EmbeddingModel model = EmbeddingModel.LoadDefault();
foreach (string note in model.Card.Notes)
    Console.Error.WriteLine(note);
string[] texts = args.Length > 1 ? args
    : ["How do I cook rice?", "Boil the rice until it is soft.", "Parliament passed the budget."];

var vectors = new float[texts.Length * model.Dimensions];
var reports = new TextReport[texts.Length];
model.Embed(texts, vectors, reports);

for (int i = 1; i < texts.Length; i++)
{
    ReadOnlySpan<float> first = vectors.AsSpan(0, model.Dimensions);
    ReadOnlySpan<float> other = vectors.AsSpan(i * model.Dimensions, model.Dimensions);
    float cosine = 0; // both have length one, so the dot product is the cosine
    for (int d = 0; d < first.Length; d++)
        cosine += first[d] * other[d];
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cosine:F4}  {texts[i]}"));
}
foreach (TextReport report in reports.Where(report => report.Truncated + report.Unknown > 0))
    Console.Error.WriteLine($"A text lost {report.Truncated} tokens, and {report.Unknown} of it are unknown.");
