using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Sextant.Server.Tests;

/// <summary>
/// Clients that send what nobody should, or do not read: each gets its status, and the server goes on.
/// </summary>
[Collection(ServerCollection.Name)]
public sealed class HostileClientTests(ServerFixture fixture)
{
    private const string Path = "/v1/embeddings";

    private async Task StillServes()
    {
        JsonElement found = await fixture.Server.PostForJson(Path, new { input = "The sky is blue." });
        Assert.Equal(
            fixture.Model.Embed("The sky is blue."),
            found.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(one => one.GetSingle())
                .ToArray());
    }

    [Fact]
    public async Task TwoThousandBodiesThatAreNoRequestsAreRefused()
    {
        // A request with one byte changed, left out, doubled or with something put in; what is a request by chance
        // is answered as one.
        byte[] good = Encoding.UTF8.GetBytes(
            """{"input":["The sky is blue.","\u4eca\"日"],"model":"tiny","dimensions":8,"encoding_format":"float"}""");
        byte[][] pieces = [.. new[] { "\0", "{", "}", "[", "]", "\"", ",", ":", "null", "1e999", "\\u", "\\ud800", "//", "\x7f" }
            .Select(Encoding.UTF8.GetBytes), [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf8, 0x88]];
        const int seed = 20251201;
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            List<byte> body = [.. good];
            int place = random.Next(body.Count);
            switch (i % 5)
            {
                case 0: body[place] = (byte)random.Next(256); break;
                case 1: body.RemoveAt(place); break;
                case 2: body.RemoveRange(place, body.Count - place); break;
                case 3: body.InsertRange(place, body.GetRange(place, random.Next(1, body.Count - place + 1))); break;
                default: body.InsertRange(place, pieces[random.Next(pieces.Length)]); break;
            }
            using var content = new ByteArrayContent([.. body]);
            content.Headers.ContentType = new("application/json");
            using HttpResponseMessage response = await fixture.Server.Client.PostAsync(
                Path, content, TestContext.Current.CancellationToken);
            string answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            int status = (int)response.StatusCode;
            Assert.True(
                status is 200 or 400 or 404, $"seed {seed}, body {i} is answered {status}: {answer}");
            if (status == 200)
                continue;
            refused++;
            Assert.NotEmpty(JsonDocument.Parse(answer).RootElement.GetProperty("error").GetProperty("message").GetString()!);
        }
        Assert.InRange(refused, 1500, 2000);
        await StillServes();
    }

    [Fact]
    public async Task DepthIsLimited()
    {
        string deep = new('[', 100_000);
        using HttpResponseMessage response = await fixture.Server.Post(Path, "{\"input\":" + deep);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await StillServes();
    }

    [Fact]
    public async Task AHundredMegabytesAreRefusedBeforeTheyAreRead()
    {
        await KeepsNothing(0, 50_000_000, async () =>
        {
            using var content = new StreamContent(new Zeros(100_000_000));
            content.Headers.ContentType = new("application/json");
            try
            {
                using HttpResponseMessage response = await fixture.Server.Client.PostAsync(
                    Path, content, TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
            }
            catch (HttpRequestException problem) when (problem.InnerException is IOException or SocketException)
            {
                // The connection is closed while the client still sends: also a refusal.
            }
        });
        await StillServes();
    }

    [Fact]
    public async Task AMillionTokensAreRefused()
    {
        string ids = string.Join(',', Enumerable.Range(0, 1_000_000).Select(i => i % 100 + 5));
        string many = string.Join(',', Enumerable.Repeat("[5]", 1_000_000));
        await KeepsNothing(3, 70_000_000, async () =>
        {
            using HttpResponseMessage one = await fixture.Server.Post(Path, $$"""{"input":[[{{ids}}]]}""");
            // One input is cut to what the model takes, and the response says so.
            Assert.Equal(HttpStatusCode.OK, one.StatusCode);
            Assert.NotEmpty(one.Headers.GetValues(Routes.ReportHeaders.Truncated));
            using HttpResponseMessage arrays = await fixture.Server.Post(Path, $$"""{"input":[{{many}}]}""");
            Assert.Equal(HttpStatusCode.BadRequest, arrays.StatusCode);
        });
        await StillServes();
    }

    // Pools keep buffers for each thread, of bodies that are read: the first requests are let pass, and a copy of each of
    // the twenty after them would be 140 MB. Of a body that is refused unread, nothing may be kept even the first time.
    private static async Task KeepsNothing(int first, long limit, Func<Task> requests)
    {
        for (int i = 0; i < first; i++)
            await requests();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 20; i++)
            await requests();
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < limit, $"twenty times the same requests, and {grown:N0} bytes more are held");
    }

    [Theory]
    [InlineData("/embed", """{"inputs":["the sky","the sea"],"truncate":true,"normalize":false}""")]
    [InlineData("/embed_all", """{"inputs":["the sky","the sea"],"truncate":true}""")]
    [InlineData("/similarity", """{"inputs":{"source_sentence":"the sky","sentences":["the sea"]}}""")]
    [InlineData("/tokenize", """{"inputs":["the sky","the sea"],"add_special_tokens":false}""")]
    [InlineData("/decode", """{"ids":[[5,6],[7]],"skip_special_tokens":true}""")]
    [InlineData("/mcp", """
        {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"embed","arguments":{"texts":["the sky"]}}}
        """)]
    public async Task ChangedBodiesOfOtherRoutesNeverFailTheServer(string path, string good)
    {
        const int seed = 20251202, count = 400;
        var random = new Random(seed);
        byte[] bytes = Encoding.UTF8.GetBytes(good);
        for (int i = 0; i < count; i++)
        {
            List<byte> body = [.. bytes];
            int place = random.Next(body.Count);
            switch (i % 4)
            {
                case 0: body[place] = (byte)random.Next(256); break;
                case 1: body.RemoveAt(place); break;
                case 2: body.RemoveRange(place, body.Count - place); break;
                default: body.InsertRange(place, body.GetRange(place, random.Next(1, body.Count - place + 1))); break;
            }
            using var content = new ByteArrayContent([.. body]);
            content.Headers.ContentType = new("application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
            request.Headers.Add("Accept", "application/json, text/event-stream");
            using HttpResponseMessage response = await fixture.Server.Client.SendAsync(
                request, TestContext.Current.CancellationToken);
            Assert.True(
                (int)response.StatusCode < 500,
                $"seed {seed}, body {i} of {path} is answered {(int)response.StatusCode}: "
                + await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
        await StillServes();
    }

    [Fact]
    public async Task ASlowSenderHoldsUpNobodyAndIsSentAway()
    {
        var address = new Uri(fixture.Server.Url);
        using var slow = new TcpClient();
        await slow.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        NetworkStream stream = slow.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST {Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Content-Length: 100000\r\n\r\n{\"input\":\""),
            TestContext.Current.CancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        Task<int> answer = stream.ReadAsync(new byte[1024], limit.Token).AsTask();
        // A byte at a time, which no clock of idle connections notices.
        while (!answer.IsCompleted)
        {
            await StillServes();
            try
            {
                await stream.WriteAsync("a"u8.ToArray(), limit.Token);
            }
            catch (IOException)
            {
                break; // it is closed
            }
            await Task.Delay(100, limit.Token);
        }
        try
        {
            await answer;
        }
        catch (IOException)
        {
            // reset
        }
        await StillServes();
    }

    [Fact]
    public async Task HalfClosedAndAbandonedConnectionsCostNothing()
    {
        var address = new Uri(fixture.Server.Url);
        string body = """{"input":"The sky is blue."}""";
        string head = $"POST {Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ";
        for (int i = 0; i < 50; i++)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
            NetworkStream stream = socket.GetStream();
            byte[] whole = Encoding.ASCII.GetBytes(head + body.Length + "\r\n\r\n" + body);
            // A part of the request, then gone; or all of it, then half closed, and the answer still comes.
            bool isWhole = i % 2 == 0;
            await stream.WriteAsync(
                isWhole ? whole : whole.AsMemory(0, whole.Length - 5), TestContext.Current.CancellationToken);
            if (!isWhole)
                continue;
            socket.Client.Shutdown(SocketShutdown.Send);
            // Kestrel takes a half close for the client's going: the answer comes, or the connection ends.
            try
            {
                byte[] answer = new byte[64];
                int read = await stream.ReadAsync(answer, TestContext.Current.CancellationToken);
                if (read > 0)
                    Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(answer), StringComparison.Ordinal);
            }
            catch (IOException)
            {
                continue;
            }
        }
        await StillServes();
    }

    [Fact]
    public async Task ASlowReaderHoldsUpNobody()
    {
        var address = new Uri(fixture.Server.Url);
        string body = JsonSerializer.Serialize(new { input = Enumerable.Repeat("sky", 2000) });
        using var slow = new TcpClient { ReceiveBufferSize = 1024 };
        await slow.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await slow.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"POST {Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + $"Content-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"),
            TestContext.Current.CancellationToken);
        for (int i = 0; i < 5; i++)
            await StillServes();
        long bytes = 0;
        byte[] buffer = new byte[16384];
        while (await slow.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and int read)
            bytes += read;
        Assert.True(bytes > 2000 * 256, $"only {bytes} bytes came");
    }

    private sealed class Zeros(long length) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Min(count, length - _position);
            buffer.AsSpan(offset, read).Fill((byte)' ');
            _position += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
