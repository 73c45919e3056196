using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sextant.Extensions.DependencyInjection;

/// <summary>Health of models.</summary>
public static class SextantHealthCheckExtensions
{
    /// <summary>Adds a check of the models of <c>AddSextant</c>.</summary>
    /// <remarks>
    /// Each model that is loaded computes a short text. One that could not be loaded, or fails, is a failure; one that
    /// nobody has asked for yet is none, unless the check is to load it. What there is of each stands in the data.
    /// </remarks>
    /// <param name="builder">The checks.</param>
    /// <param name="name">What the check is called.</param>
    /// <param name="load">Whether models that are not loaded are: for a check of readiness.</param>
    /// <param name="failureStatus">What a failure means; null: unhealthy.</param>
    /// <param name="tags">Tags to choose checks by.</param>
    public static IHealthChecksBuilder AddSextant(
        this IHealthChecksBuilder builder, string name = "sextant", bool load = false,
        HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name, provider => new ModelsCheck([.. provider.GetServices<IModelHolder>()], load), failureStatus, tags));
    }

    private sealed class ModelsCheck(IModelHolder[] models, bool load) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.Run(() => Check(context, cancellationToken), cancellationToken);

        private HealthCheckResult Check(HealthCheckContext context, CancellationToken cancellation)
        {
            var data = new Dictionary<string, object>(StringComparer.Ordinal);
            Exception? failure = models.Length > 0
                ? null
                : new InvalidOperationException("AddSextant was not called: there are no models.");
            foreach (IModelHolder model in models)
            {
                cancellation.ThrowIfCancellationRequested();
                Exception? own = model.Failure;
                if (model.IsLoaded || load)
                    own = Probe(model);
                data[model.Label] = own?.Message ?? (model.IsLoaded ? "loaded" : "not loaded");
                failure ??= own;
            }
            return failure is null
                ? HealthCheckResult.Healthy(data: data)
                : new HealthCheckResult(context.Registration.FailureStatus, failure.Message, failure, data);
        }

        private static Exception? Probe(IModelHolder model)
        {
            try
            {
                model.Probe();
                return null;
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                return problem;
            }
        }
    }
}
