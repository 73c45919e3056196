using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Sextant.Cli.Verbs.Mcp;

/// <summary>
/// Standard input and output of a client. What it has asked for is still answered after its input has ended, for a
/// while: the protocol's server sends nothing from the moment that it sees the end.
/// </summary>
internal sealed class FinishingTransport : ITransport
{
    /// <summary>How long calls may take once the input has ended.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new(); // _waiting, and what is taken from the reader
    private readonly HashSet<RequestId> _waiting = [];
    private readonly Terminal _terminal;
    private readonly StreamServerTransport _inner;
    private readonly Reader? _reader;

    public FinishingTransport(Terminal terminal, int maxBytes, ILoggerFactory logs)
    {
        _terminal = terminal;
        Input = new MessageLimit(terminal.Input, maxBytes, Finish);
        _inner = new StreamServerTransport(Input, terminal.Output, "sextant", logs);
        lock (_lock) // the input is read from here on
            _reader = new Reader(this, _inner.MessageReader);
    }

    /// <summary>What the client writes.</summary>
    public MessageLimit Input { get; }

    public string? SessionId => _inner.SessionId;

    public ChannelReader<JsonRpcMessage> MessageReader => _reader!;

    public async Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        try
        {
            await _inner.SendMessageAsync(message, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (message is JsonRpcResponse or JsonRpcError)
                Forget(((JsonRpcMessageWithId)message).Id);
        }
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private async Task Finish()
    {
        long started = Stopwatch.GetTimestamp();
        while (Unanswered() is { } count and not 0)
        {
            if (Stopwatch.GetElapsedTime(started) > Limit)
            {
                _terminal.Error.WriteLine(FormattableString.Invariant(
                    $"{_terminal.Program}: input ended {Limit.TotalSeconds} s ago; calls without an answer: {count}"));
                return;
            }
            await Task.Delay(s_step, _terminal.Cancellation).ConfigureAwait(false);
        }
    }

    // What was read and not yet taken counts too.
    private int Unanswered()
    {
        lock (_lock)
            return _waiting.Count + (_reader is { } reader && !reader.HasMore ? 0 : 1);
    }

    private void Forget(RequestId id)
    {
        lock (_lock)
            _waiting.Remove(id);
    }

    private void See(JsonRpcMessage message)
    {
        if (message is JsonRpcRequest request)
        {
            _waiting.Add(request.Id);
        }
        else if (message is JsonRpcNotification { Method: NotificationMethods.CancelledNotification } cancelled
            && cancelled.Params is JsonObject named && named["requestId"] is JsonValue id)
        {
            // No answer comes.
            if (id.TryGetValue(out long number))
                _waiting.Remove(new RequestId(number));
            else if (id.TryGetValue(out string? text))
                _waiting.Remove(new RequestId(text));
        }
    }

    // Requests are noted as they are taken.
    private sealed class Reader(FinishingTransport owner, ChannelReader<JsonRpcMessage> messages)
        : ChannelReader<JsonRpcMessage>
    {
        public bool HasMore => messages.TryPeek(out _);

        public override Task Completion => messages.Completion;

        public override bool TryRead([MaybeNullWhen(false)] out JsonRpcMessage item)
        {
            lock (owner._lock)
            {
                if (!messages.TryRead(out item))
                    return false;
                owner.See(item);
                return true;
            }
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
            messages.WaitToReadAsync(cancellationToken);
    }
}
