using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Sextant.Cli.Tests;

/// <summary>
/// A server on this machine that answers as the hub does: a listing, redirects of large files to another host, ranges,
/// and what goes wrong with them.
/// </summary>
internal sealed class LocalHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TcpListener _storage = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    public LocalHub()
    {
        _listener.Start();
        _storage.Start();
        _ = Accept(_listener, isStorage: false);
        _ = Accept(_storage, isStorage: true);
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Who may ask; null: everybody.</summary>
    public string? Token { get; init; }

    /// <summary>Bytes after which a connection of the storage is cut, so many times.</summary>
    public (int Bytes, int Times) Cut { get; set; } = (int.MaxValue, 0);

    /// <summary>Requests that are answered with this first: a status, with or without Retry-After.</summary>
    public Queue<string> Refusals { get; } = new();

    /// <summary>Whether the storage ignores ranges.</summary>
    public bool HasNoRanges { get; init; }

    /// <summary>Whether the storage sends other bytes than it lists.</summary>
    public bool IsWrong { get; set; }

    /// <summary>The request lines that came, with their ranges and whether a token came with them.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Bytes of large files that were sent.</summary>
    public long Sent { get; private set; }

    public void Add(string path, byte[] bytes) => _files[path] = bytes;

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _storage.Dispose();
        _stop.Dispose();
    }

    private static bool IsLarge(string path) => path.EndsWith(".safetensors", StringComparison.Ordinal);

    private async Task Accept(TcpListener listener, bool isStorage)
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(_stop.Token);
                _ = Task.Run(() => Answer(client, isStorage));
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task Answer(TcpClient client, bool isStorage)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                string head = await ReadHead(stream);
                string[] words = head.Split(' ');
                if (words.Length < 2)
                    return;
                string? range = Header(head, "Range"), token = Header(head, "Authorization");
                string? refusal = null;
                lock (Requests)
                {
                    Requests.Add($"{(isStorage ? "storage" : "hub")} {words[1]} {range} {token}".TrimEnd());
                    if (Refusals.Count > 0)
                        refusal = Refusals.Dequeue();
                }
                if (refusal is not null)
                    await Write(stream, $"HTTP/1.1 {refusal}\r\nContent-Length: 0\r\n");
                else if (isStorage)
                    await Store(stream, words[1], range);
                else if (Token is not null && token != $"Bearer {Token}")
                    await Write(stream, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n");
                else
                    await Serve(stream, words[1]);
            }
            catch (Exception problem) when (problem is IOException or SocketException)
            {
            }
        }
    }

    private async Task Serve(NetworkStream stream, string path)
    {
        if (path.StartsWith("/api/models/org/name/revision/", StringComparison.Ordinal)
            && path.Contains("/main?", StringComparison.Ordinal))
        {
            await Send(stream, Encoding.UTF8.GetBytes(Listing()));
            return;
        }
        string name = Uri.UnescapeDataString(path.Replace($"/org/name/resolve/{Commit}/", "", StringComparison.Ordinal));
        if (!_files.TryGetValue(name, out byte[]? bytes))
        {
            await Write(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n");
        }
        else if (IsLarge(name))
        {
            int port = ((IPEndPoint)_storage.LocalEndpoint).Port;
            await Write(
                stream, $"HTTP/1.1 302 Found\r\nLocation: http://localhost:{port}/{name}?signed\r\nContent-Length: "
                    + "0\r\n");
        }
        else
        {
            await Send(stream, bytes);
        }
    }

    private async Task Store(NetworkStream stream, string path, string? range)
    {
        byte[] bytes = _files[Uri.UnescapeDataString(path.Trim('/').Split('?')[0])];
        if (IsWrong)
            bytes = [.. bytes.Select(one => (byte)~one)];
        (int start, int end) = (0, bytes.Length);
        string status = "200 OK";
        if (range is not null && !HasNoRanges)
        {
            string[] ends = range["bytes=".Length..].Split('-');
            start = int.Parse(ends[0], CultureInfo.InvariantCulture);
            end = Math.Min(bytes.Length, int.Parse(ends[1], CultureInfo.InvariantCulture) + 1);
            status = $"206 Partial Content\r\nContent-Range: bytes {start}-{end - 1}/{bytes.Length}";
        }
        int sent = end - start;
        lock (Requests)
        {
            if (Cut.Times > 0 && sent > Cut.Bytes)
                (sent, Cut) = (Cut.Bytes, Cut with { Times = Cut.Times - 1 });
            Sent += sent;
        }
        await Write(stream, $"HTTP/1.1 {status}\r\nContent-Length: {end - start}\r\n");
        await stream.WriteAsync(bytes.AsMemory(start, sent));
    }

    private string Listing()
    {
        IEnumerable<string> files = _files.Select(one =>
        {
            string large = IsLarge(one.Key)
                ? $$""","lfs":{"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(one.Value))}}","size":{{one.Value.Length}},"pointerSize":134}"""
                : "";
            return $$"""{"rfilename":"{{one.Key}}","size":{{one.Value.Length}},"blobId":"{{GitId(one.Value)}}"{{large}}}""";
        });
        return $$"""{"id":"org/name","sha":"{{Commit}}","siblings":[{{string.Join(',', files)}}]}""";
    }

    private static string GitId(byte[] bytes) => Convert.ToHexStringLower(
        SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));

    private static async Task Send(NetworkStream stream, byte[] bytes)
    {
        await Write(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {bytes.Length}\r\n");
        await stream.WriteAsync(bytes);
    }

    private static async Task Write(NetworkStream stream, string head) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + "Connection: close\r\n\r\n"));

    private static string? Header(string head, string name) => head.Split("\r\n")
        .FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];

    private static async Task<string> ReadHead(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) > 0)
            head.Append((char)one[0]);
        return head.ToString();
    }
}
