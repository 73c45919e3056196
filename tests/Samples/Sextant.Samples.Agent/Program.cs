// An agent's side of `sextant mcp`: starts the tool, lists what it offers, and searches a folder.
// Program.cs FOLDER QUERY COMMAND [ARGUMENT…] where COMMAND starts the tool: sextant, or dotnet Sextant.Cli.dll.
using System.Globalization;
using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

(string folder, string query, string command) = (args[0], args[1], args[2]);
await using McpClient client = await McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions
{
    Name = "sextant",
    Command = command,
    Arguments = [.. args[3..], "mcp", "--in", "files=" + folder, "--model", "tiny"],
}));
Console.WriteLine(string.Join(", ", (await client.ListToolsAsync()).Select(tool => tool.Name)));

CallToolResult found = await client.CallToolAsync(
    "search", new Dictionary<string, object?> { ["query"] = query, ["source"] = "files", ["k"] = 1 });
JsonElement hit = found.StructuredContent!.Value.GetProperty("hits")[0];
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"{hit.GetProperty("score").GetSingle():F2}  {hit.GetProperty("document").GetString()}"));

// What a hit names is read again by its address.
ReadResourceResult passage = await client.ReadResourceAsync(hit.GetProperty("uri").GetString()!);
Console.WriteLine(((TextResourceContents)passage.Contents[0]).Text);

// What is outside of the folder is refused, as an error that the agent's model can read.
CallToolResult refused = await client.CallToolAsync(
    "search", new Dictionary<string, object?> { ["query"] = query, ["path"] = "../" });
Console.WriteLine(refused.IsError == true ? "refused" : "read");
