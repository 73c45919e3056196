using System.Diagnostics;

namespace Sextant.Server.Models;

/// <summary>Computes what batches ask for.</summary>
/// <param name="inputs">Inputs of any number of requests.</param>
/// <param name="form">What they have in common, such as the length of their vectors.</param>
/// <param name="cancellation">Cancelled when nobody waits for any of them.</param>
/// <returns>A result for each input.</returns>
internal delegate TResult[] RunBatch<TForm, TResult>(
    IReadOnlyList<EncodedInput> inputs, TForm form, CancellationToken cancellation);

/// <summary>
/// Inputs of requests that wait for a model, and the thread that computes them, many at a time.
/// </summary>
/// <remarks>
/// Nothing waits for a batch to fill: what waits when the model is free goes together, up to a budget of tokens, and
/// what comes meanwhile is the next batch. Requests take turns, input by input, so that a long one does not hold up
/// short ones. The bits of a result do not depend on its batch. What fails in a batch is tried again alone, so that an
/// input fails its own request only. Thread-safe.
/// </remarks>
internal sealed class BatchQueue<TForm, TResult> : IBatchQueue, IDisposable
    where TForm : IEquatable<TForm>
{
    private readonly RunBatch<TForm, TResult> _run;
    private readonly int _batchTokens, _maxWaiting;
    private readonly ServerMetrics _metrics;
    private readonly string _model;
    private readonly Lock _lock = new();
    private readonly LinkedList<Job> _jobs = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly Thread _thread;
    private long _waiting;
    private double _tokensPerSecond;

    public BatchQueue(
        string model, int batchTokens, int maxWaiting, ServerMetrics metrics, RunBatch<TForm, TResult> run)
    {
        (_model, _batchTokens, _maxWaiting, _metrics, _run) = (model, batchTokens, maxWaiting, metrics, run);
        _thread = new Thread(Work) { IsBackground = true, Name = $"batches of {model}" };
        _thread.Start();
    }

    /// <summary>Tokens that wait.</summary>
    public long WaitingTokens => Interlocked.Read(ref _waiting);

    /// <summary>The results of inputs, in their order.</summary>
    /// <param name="inputs">At least one.</param>
    /// <param name="form">What is asked for.</param>
    /// <param name="cancellation">The client has gone: what was not computed yet is left out.</param>
    /// <param name="isContinued">Whether they are the rest of a request that is answered already: never refused.</param>
    /// <exception cref="QueueFullException">As many tokens wait already as may.</exception>
    public Task<TResult[]> Run(
        IReadOnlyList<EncodedInput> inputs, TForm form, CancellationToken cancellation, bool isContinued = false)
    {
        long tokens = inputs.Sum(one => (long)one.Ids.Length);
        var job = new Job(inputs, form, cancellation);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopped.IsCancellationRequested, this);
            // One request alone is bounded by its own limits.
            if (!isContinued && _waiting > 0 && _waiting + tokens > _maxWaiting)
                throw new QueueFullException(SecondsFor(_waiting));
            Interlocked.Add(ref _waiting, tokens);
            _jobs.AddLast(job);
        }
        _work.Release();
        return job.Wait();
    }

    /// <summary>Stops: what waits fails.</summary>
    public void Dispose()
    {
        _stopped.Cancel();
        _work.Release();
        _thread.Join();
    }

    private int SecondsFor(long tokens) =>
        _tokensPerSecond > 0 ? (int)Math.Clamp(Math.Ceiling(tokens / _tokensPerSecond), 1, 60) : 1;

    private void Work()
    {
        var batch = new List<(Job Job, int Index)>();
        var inputs = new List<EncodedInput>();
        while (true)
        {
            _work.Wait();
            if (_stopped.IsCancellationRequested)
                break;
            while (!_stopped.IsCancellationRequested && Take(batch))
            {
                inputs.Clear();
                foreach ((Job job, int index) in batch)
                    inputs.Add(job.Inputs[index]);
                Compute(batch, inputs);
            }
        }
        lock (_lock)
        {
            foreach (Job job in _jobs)
                job.Fail(new OperationCanceledException("the server stops"));
            _jobs.Clear();
        }
    }

    // Inputs of the same form as the first job's, one of each job in turn, until the budget is used.
    private bool Take(List<(Job Job, int Index)> batch)
    {
        batch.Clear();
        lock (_lock)
        {
            long budget = _batchTokens;
            LinkedListNode<Job>? node = _jobs.First;
            bool tookOne = false;
            TForm? form = default;
            while (node is not null)
            {
                LinkedListNode<Job>? next = node.Next;
                Job job = node.Value;
                if (job.IsOver)
                {
                    Interlocked.Add(ref _waiting, -job.TokensLeft);
                    _jobs.Remove(node);
                }
                else if (batch.Count == 0 || form!.Equals(job.Form))
                {
                    int tokens = job.Inputs[job.Next].Ids.Length;
                    if (batch.Count > 0 && tokens > budget)
                        break;
                    if (job.Next == 0)
                        _metrics.Waited(_model, Stopwatch.GetElapsedTime(job.Since));
                    form = job.Form;
                    batch.Add((job, job.Next++));
                    budget -= tokens;
                    tookOne = true;
                    Interlocked.Add(ref _waiting, -tokens);
                    if (job.Next == job.Inputs.Count)
                        _jobs.Remove(node);
                }
                node = next;
                if (node is null && tookOne)
                    (node, tookOne) = (_jobs.First, false); // the next round
            }
            // Whose turn was in this batch comes after the others.
            for (LinkedListNode<Job>? one = _jobs.First, last = _jobs.Last; one is not null && batch.Count > 0;)
            {
                LinkedListNode<Job>? next = one == last ? null : one.Next;
                if (one.Value.Next > 0 && _jobs.Count > 1)
                {
                    _jobs.Remove(one);
                    _jobs.AddLast(one);
                }
                one = next;
            }
        }
        return batch.Count > 0;
    }

    private void Compute(List<(Job Job, int Index)> batch, List<EncodedInput> inputs)
    {
        TForm form = batch[0].Job.Form;
        long started = Stopwatch.GetTimestamp(), tokens = inputs.Sum(one => (long)one.Ids.Length);
        using var nobody = new Abandonment([.. batch.Select(one => one.Job.Cancellation).Distinct()]);
        try
        {
            TResult[] results = _run(inputs, form, nobody.Token);
            TimeSpan time = Stopwatch.GetElapsedTime(started);
            _metrics.Computed(_model, batch.Count, tokens, time);
            double speed = tokens / Math.Max(time.TotalSeconds, 1e-6);
            _tokensPerSecond = _tokensPerSecond == 0 ? speed : 0.8 * _tokensPerSecond + 0.2 * speed;
            for (int i = 0; i < results.Length; i++)
                batch[i].Job.Set(batch[i].Index, results[i]);
        }
        catch (Exception) when (batch.Count > 1 && !nobody.Token.IsCancellationRequested)
        {
            foreach ((Job Job, int Index) one in batch.ToArray())
            {
                if (!one.Job.IsOver)
                    Compute([one], [one.Job.Inputs[one.Index]]);
            }
        }
        catch (Exception problem)
        {
            foreach ((Job job, _) in batch)
                job.Fail(problem);
        }
    }

    // A request's inputs. Results come from the queue's thread alone.
    private sealed class Job(IReadOnlyList<EncodedInput> inputs, TForm form, CancellationToken cancellation)
    {
        private readonly TaskCompletionSource<TResult[]> _source =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TResult[] _results = new TResult[inputs.Count];
        private int _done;

        public IReadOnlyList<EncodedInput> Inputs => inputs;

        public TForm Form => form;

        public CancellationToken Cancellation => cancellation;

        public long Since { get; } = Stopwatch.GetTimestamp();

        public int Next { get; set; }

        public bool IsOver => _source.Task.IsCompleted;

        public long TokensLeft => inputs.Skip(Next).Sum(one => (long)one.Ids.Length);

        public async Task<TResult[]> Wait()
        {
            await using CancellationTokenRegistration gone = cancellation.Register(
                () => _source.TrySetCanceled(cancellation));
            return await _source.Task.ConfigureAwait(false);
        }

        public void Set(int index, TResult result)
        {
            _results[index] = result;
            if (++_done == _results.Length)
                _source.TrySetResult(_results);
        }

        public void Fail(Exception problem) => _source.TrySetException(problem);
    }
}

/// <summary>What is known of a queue from outside.</summary>
internal interface IBatchQueue
{
    /// <summary>Tokens that wait.</summary>
    long WaitingTokens { get; }
}

/// <summary>Too much waits already.</summary>
internal sealed class QueueFullException(int retryAfter) : Exception("Too many tokens wait for this model.")
{
    /// <summary>Seconds in which what waits will have been computed.</summary>
    public int RetryAfter { get; } = retryAfter;
}

/// <summary>A token that is cancelled when all of several are.</summary>
internal sealed class Abandonment : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration[] _registrations;
    private int _present;

    public Abandonment(IReadOnlyList<CancellationToken> tokens)
    {
        _present = tokens.Count;
        _registrations = [.. tokens.Select(token => token.Register(Leave))];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        Array.ForEach(_registrations, one => one.Dispose());
        _source.Dispose();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _present) == 0)
            _source.Cancel();
    }
}
