using System.Net;
using System.Net.Http.Headers;

namespace Sextant.Hub;

/// <summary>Asks the hub, follows where it sends, and tries again what may pass.</summary>
internal sealed class HubConnection : IDisposable
{
    private const int MaxRedirects = 8;

    private readonly HubOptions _options;
    private readonly HttpClient _client;

    public HubConnection(HubOptions options)
    {
        _options = options;
        if (options.Endpoint.Scheme is not ("https" or "http"))
            throw new HubException($"{options.Endpoint}: the hub's address begins with https:// or http://");
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // the token is for the hub alone, not for where it sends
            ConnectTimeout = TimeSpan.FromSeconds(30),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("sextant/0.1");
    }

    /// <summary>The text at a path of the hub.</summary>
    public async Task<byte[]> GetBytes(string path, string what, CancellationToken cancellation)
    {
        return await Repeat(what, async () =>
        {
            using HttpResponseMessage response = await Get(path, null, what, cancellation).ConfigureAwait(false);
            return await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Hands over the bytes from one offset to another, in order; goes on after a cut where it was.</summary>
    public async Task GetRange(
        string path, string what, long start, long end, Action<long, ReadOnlyMemory<byte>> write,
        CancellationToken cancellation)
    {
        byte[] buffer = new byte[1 << 16];
        long position = start;
        int failures = 0;
        while (position < end)
        {
            long before = position;
            await Repeat(what, async () =>
            {
                using HttpResponseMessage response =
                    await Get(path, new RangeHeaderValue(position, end - 1), what, cancellation).ConfigureAwait(false);
                using Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
                // A server without ranges sends all from the beginning.
                long offset = response.StatusCode == HttpStatusCode.PartialContent
                    ? response.Content.Headers.ContentRange?.From ?? position : 0;
                while (position < end)
                {
                    int read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false);
                    if (read == 0)
                        break;
                    int skipped = (int)Math.Clamp(position - offset, 0, read);
                    int wanted = (int)Math.Min(read - skipped, end - position);
                    if (wanted > 0)
                    {
                        write(position, buffer.AsMemory(skipped, wanted));
                        position += wanted;
                    }
                    offset += read;
                }
                return 0;
            }, cancellation).ConfigureAwait(false);
            failures = position == before ? failures + 1 : 0;
            if (failures > _options.MaxRetries)
                throw new HubException($"{what}: the hub ends the connection after byte {position} of {end}.");
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<T> Repeat<T>(string what, Func<Task<T>> attempt, CancellationToken cancellation)
    {
        TimeSpan pause = _options.FirstPause;
        for (int failures = 0; ; failures++, pause *= 2)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (RetryException retry) when (failures < _options.MaxRetries)
            {
                TimeSpan wait = retry.After ?? pause;
                if (wait > _options.MaxPause)
                {
                    throw new HubException(
                        $"{what}: {retry.Message}; it asks to come back in {wait.TotalSeconds:F0} s.");
                }
                await Task.Delay(wait, cancellation).ConfigureAwait(false);
            }
            catch (Exception problem) when (problem is HttpRequestException or IOException and not HubException
                && failures < _options.MaxRetries)
            {
                await Task.Delay(pause, cancellation).ConfigureAwait(false);
            }
            catch (Exception problem) when (problem is HttpRequestException or RetryException
                or IOException and not HubException)
            {
                throw new HubException(
                    $"{what}: {_options.Endpoint.Host} cannot be reached: {problem.Message}", problem);
            }
        }
    }

    private async Task<HttpResponseMessage> Get(
        string path, RangeHeaderValue? range, string what, CancellationToken cancellation)
    {
        var address = new Uri(_options.Endpoint, path);
        for (int redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Range = range;
            if (_options.Token is { } token && IsHub(address))
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            HttpResponseMessage response = await _client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
            {
                if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308)
                    || response.Headers.Location is not { } location)
                    throw Failure(response, what);
                var next = new Uri(address, location);
                if (next.Scheme != "https" && (next.Scheme != "http" || address.Scheme == "https"))
                    throw new HubException($"{what}: is sent on to {next.Scheme}://, which is not safe.");
                address = next;
            }
        }
        throw new HubException($"{what}: is sent on more than {MaxRedirects} times.");
    }

    private bool IsHub(Uri address) =>
        address.Host == _options.Endpoint.Host && address.Port == _options.Endpoint.Port
        && address.Scheme == _options.Endpoint.Scheme;

    private Exception Failure(HttpResponseMessage response, string what)
    {
        int status = (int)response.StatusCode;
        RetryConditionHeaderValue? retry = response.Headers.RetryAfter;
        TimeSpan? after = retry?.Delta ?? (retry?.Date is { } date ? Later(date) : null);
        return status switch
        {
            401 or 403 when _options.Token is null => new HubException(
                $"{what}: the hub wants to know who asks, or has no such model ({status}); set HF_TOKEN."),
            401 or 403 => new HubException(
                $"{what}: the hub does not let this token have it ({status}); ask for access on the model's page."),
            404 => new HubException($"{what}: the hub has no such model, revision or file (404)."),
            416 => new HubException($"{what}: is shorter than the hub says (416)."),
            408 or 429 or >= 500 => new RetryException($"the hub answers {status}", after),
            _ => new HubException($"{what}: the hub answers {status}."),
        };
    }

    private static TimeSpan Later(DateTimeOffset date) =>
        date > DateTimeOffset.UtcNow ? date - DateTimeOffset.UtcNow : TimeSpan.Zero;

    // Something that may pass.
    private sealed class RetryException(string message, TimeSpan? after) : Exception(message)
    {
        public TimeSpan? After { get; } = after;
    }
}
