namespace Sextant.Extensions.DependencyInjection;

/// <summary>A model that is loaded when it is first asked for, once; and disposed with the services.</summary>
internal sealed class ModelHolder<T>(string name, Func<T> load, Action<T> probe) : IModelHolder, IDisposable
    where T : class, IDisposable
{
    private readonly Lock _loading = new();
    private volatile T? _model;
    private volatile Exception? _failure;
    private bool _disposed;

    /// <summary>The model's name.</summary>
    public string Name => name;

    public string Label => $"{typeof(T).Name} {name}";

    public bool IsLoaded => _model is not null;

    public Exception? Failure => _failure;

    /// <summary>The model. Where loading fails, whoever waits is told, and the next one tries again.</summary>
    public T Value
    {
        get
        {
            if (_model is { } loaded)
                return loaded;
            lock (_loading)
            {
                ObjectDisposedException.ThrowIf(_disposed, typeof(T));
                if (_model is { } other)
                    return other;
                try
                {
                    T model = load();
                    (_model, _failure) = (model, null);
                    return model;
                }
                catch (Exception problem)
                {
                    _failure = problem;
                    throw;
                }
            }
        }
    }

    public void Probe() => probe(Value);

    public void Dispose()
    {
        lock (_loading)
        {
            _disposed = true;
            _model?.Dispose();
        }
    }
}

/// <summary>What a health check sees of a model.</summary>
internal interface IModelHolder
{
    /// <summary>What it is, and its name.</summary>
    string Label { get; }

    bool IsLoaded { get; }

    /// <summary>Why it could not be loaded the last time; null: it was, or nobody has tried.</summary>
    Exception? Failure { get; }

    /// <summary>Loads the model where it is not loaded, and computes something with it.</summary>
    void Probe();
}
