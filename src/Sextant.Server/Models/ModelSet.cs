using Sextant.Server.Http;

namespace Sextant.Server.Models;

/// <summary>The models that are served, once they are loaded.</summary>
internal sealed class ModelSet : IDisposable
{
    private volatile ServedModel[] _models = [];
    private volatile bool _isReady;

    /// <summary>Why loading failed; null where it did not.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether requests are answered: all models are loaded, and the server is not stopping.</summary>
    public bool IsReady
    {
        get => _isReady;
        set => _isReady = value;
    }

    /// <summary>All of them, in the order of the options.</summary>
    public IReadOnlyList<ServedModel> All => _models;

    /// <summary>Adds one.</summary>
    public void Add(ServedModel model) => _models = [.. _models, model];

    /// <summary>The model of a request.</summary>
    /// <param name="id">As the request names it; null: the only one of this kind.</param>
    /// <param name="purpose">What it is needed for, in words.</param>
    /// <exception cref="ApiException">There is no such model, it is of another kind, or none is loaded yet.</exception>
    public T Find<T>(string? id, string purpose)
        where T : ServedModel
    {
        RequireReady();
        if (id is not null)
        {
            return Array.Find(_models, one => one.Id == id) switch
            {
                T model => model,
                null => throw new ApiException(404, $"The model '{id}' does not exist; GET /v1/models lists those "
                    + "that do.")
                {
                    Code = "model_not_found",
                    Parameter = "model",
                },
                ServedModel other => throw ApiException.Invalid(
                    $"The model '{id}' is for {other.Kind}; this needs one for {purpose}.", "model"),
            };
        }
        T[] some = [.. _models.OfType<T>()];
        return some.Length switch
        {
            1 => some[0],
            0 => throw new ApiException(404, $"No model for {purpose} is loaded.") { Code = "model_not_found" },
            _ => throw ApiException.Invalid(
                $"'model' is needed: {string.Join(", ", some.Select(one => one.Id))} are loaded.", "model"),
        };
    }

    /// <summary>The model that ranks documents; one with several labels is refused.</summary>
    public ServedClassifier FindRanker(string? id)
    {
        RequireReady();
        ServedClassifier[] rankers = [.. _models.OfType<ServedClassifier>().Where(one => one.IsRanker)];
        if (id is null && rankers.Length == 1)
            return rankers[0];
        ServedClassifier model = Find<ServedClassifier>(id, "reranking");
        return model.IsRanker ? model : throw ApiException.Invalid(
            $"The model '{model.Id}' has {model.Model.Labels.Count} labels; one that ranks has one.", "model");
    }

    /// <summary>Refuses requests while models are loaded.</summary>
    public void RequireReady()
    {
        if (!_isReady)
            throw new ApiException(503, "Models are being loaded.") { RetryAfter = 1 };
    }

    public void Dispose()
    {
        _isReady = false;
        foreach (ServedModel model in _models)
            model.Dispose();
    }
}
