// A client of sextant-server: vectors by OpenAI's package, a search by plain HTTP. Program.cs URL INDEX
using System.ClientModel;
using System.Net.Http.Json;
using System.Text.Json;
using OpenAI;
using OpenAI.Embeddings;

(string url, string index) = (args[0], args[1]);

// The key is whatever the server's --api-key-file holds; without that file any will do.
var openAi = new OpenAIClient(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(url + "/v1") });
string model = (await openAi.GetOpenAIModelClient().GetModelsAsync()).Value[0].Id;
EmbeddingClient embeddings = openAi.GetEmbeddingClient(model);
OpenAIEmbeddingCollection found = await embeddings.GenerateEmbeddingsAsync(
    ["How do I cook rice?", "Boil the rice until it is soft.", "Parliament passed the budget."]);
float[][] vectors = [.. found.Select(one => one.ToFloats().ToArray())]; // of length one: their dot product is the cosine
for (int i = 1; i < vectors.Length; i++)
    Console.WriteLine($"{vectors[0].Zip(vectors[i], (a, b) => a * b).Sum():F2}");

using var http = new HttpClient { BaseAddress = new Uri(url) };
HttpResponseMessage added = await http.PostAsJsonAsync($"/v1/indexes/{index}/documents", new
{
    documents = new object[]
    {
        new { key = "rice.md", text = "# Rice\n\nBoil the rice until it is soft.", attributes = new { kind = "recipe" } },
        new { key = "news", text = "Parliament passed the budget.", attributes = new { kind = "news" } },
    },
});
added.EnsureSuccessStatusCode(); // answered when the documents are on disk
HttpResponseMessage answer = await http.PostAsJsonAsync(
    $"/v1/indexes/{index}/search", new { query = "How do I cook rice?", k = 1, filter = new[] { "kind=recipe" } });
JsonElement hit = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("hits")[0];
Console.WriteLine($"{hit.GetProperty("key").GetString()}: {hit.GetProperty("text").GetString()!.ReplaceLineEndings(" ")}");
