using System.Diagnostics;
using Sextant.Server.Hosting;
using Sextant.Server.Http;
using Sextant.Tokens;

namespace Sextant.Server.Models;

/// <summary>A loaded model, the name it goes by, and what waits for it.</summary>
internal abstract class ServedModel(string id, ModelCard card, ServerOptions options, ServerMetrics metrics)
    : IDisposable
{
    private long _seen;
    private readonly List<IBatchQueue> _queues = [];

    /// <summary>What --model named.</summary>
    public string Id => id;

    /// <summary>embedding, reranker, classifier or sparse.</summary>
    public abstract string Kind { get; }

    /// <summary>What was loaded.</summary>
    public ModelCard Card => card;

    /// <summary>When, in seconds since 1970.</summary>
    public long LoadedAt { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>Requests that came so far.</summary>
    public long Seen => Interlocked.Read(ref _seen);

    /// <summary>Tokens that wait for it.</summary>
    public long WaitingTokens => _queues.Sum(one => one.WaitingTokens);

    /// <summary>Its tokenizer.</summary>
    public abstract Tokenizer Tokenizer { get; }

    protected ServerOptions Options => options;

    protected ServerMetrics Metrics => metrics;

    public abstract void Dispose();

    protected BatchQueue<TForm, TResult> Queue<TForm, TResult>(RunBatch<TForm, TResult> run)
        where TForm : IEquatable<TForm>
    {
        var queue = new BatchQueue<TForm, TResult>(id, options.BatchTokens, options.QueueTokens, metrics, run);
        _queues.Add(queue);
        if (_queues.Count == 1)
            metrics.Watch(id, () => WaitingTokens);
        return queue;
    }

    /// <summary>Refuses a request with too many inputs before they are encoded.</summary>
    protected void RequireCount(int count, string parameter)
    {
        if (count == 0)
            throw ApiException.Invalid($"'{parameter}' is empty; at least one input is needed.", parameter);
        if (count > options.MaxInputs)
        {
            throw ApiException.Invalid(
                $"'{parameter}' has {count} inputs; this server takes at most {options.MaxInputs} in a request.",
                parameter);
        }
    }

    /// <summary>Counts what was encoded, and refuses too many tokens.</summary>
    protected EncodedInput[] Accept(EncodedInput[] inputs, string parameter)
    {
        long tokens = 0, truncated = 0, unknown = 0;
        foreach (EncodedInput one in inputs)
        {
            tokens += one.Ids.Length;
            truncated += one.Report.Truncated;
            unknown += one.Report.Unknown;
        }
        if (tokens > options.MaxTokens)
        {
            throw ApiException.Invalid(
                $"'{parameter}' has {tokens} tokens; this server takes at most {options.MaxTokens} in a request.",
                parameter);
        }
        Interlocked.Increment(ref _seen);
        metrics.Read(id, truncated, unknown);
        return inputs;
    }

    /// <summary>Waits for results; a queue that is full is the client's to try again.</summary>
    protected async Task<TResult[]> Wait<TForm, TResult>(
        BatchQueue<TForm, TResult> queue, EncodedInput[] inputs, TForm form, CancellationToken cancellation,
        bool isContinued = false)
        where TForm : IEquatable<TForm>
    {
        using Activity? activity = ServerMetrics.Source.StartActivity("compute");
        activity?.SetTag("sextant.model", id).SetTag("sextant.inputs", inputs.Length)
            .SetTag("sextant.tokens", inputs.Sum(one => one.Ids.Length));
        try
        {
            return await queue.Run(inputs, form, cancellation, isContinued).ConfigureAwait(false);
        }
        catch (QueueFullException full)
        {
            metrics.Refused(id);
            throw new ApiException(
                StatusCodes.Status429TooManyRequests,
                $"Too many requests wait for '{id}'. Try again in {full.RetryAfter} s.", full)
            {
                RetryAfter = full.RetryAfter,
            };
        }
    }
}

/// <summary>Results of a request's inputs, and what became of each input.</summary>
internal sealed record Answer<T>(T[] Results, EncodedInput[] Inputs)
{
    /// <summary>Tokens of all inputs.</summary>
    public long Tokens => Inputs.Sum(one => (long)one.Report.Tokens);
}
