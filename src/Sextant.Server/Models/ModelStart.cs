using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Sextant.Backends;
using Sextant.Heads;
using Sextant.Ilgpu;
using Sextant.Indexes;
using Sextant.Server.Hosting;
using Sextant.Server.Http;
using Sextant.Server.Indexes;

namespace Sextant.Server.Models;

/// <summary>Loads the models after the server has begun to listen, so that it can say that it is alive.</summary>
internal sealed partial class ModelStart(
    ModelSet models, IndexSet indexes, ServerOptions options, ServerMetrics metrics, IHostApplicationLifetime lifetime,
    IServer server, ApiKeys keys, ILogger<ModelStart> log) : BackgroundService
{
    private Device? _device;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await indexes.DisposeAsync().ConfigureAwait(false); // what waits is committed
    }

    public override void Dispose()
    {
        models.Dispose();
        _device?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        lifetime.ApplicationStopping.Register(() => models.IsReady = false);
        try
        {
            _device = Open();
            IReadOnlyList<string> names = options.Models.Count > 0 ? options.Models
                : [NamedModels.Default(warning => Warning(log, warning))];
            foreach (string name in names)
            {
                stoppingToken.ThrowIfCancellationRequested();
                long started = Stopwatch.GetTimestamp();
                ServedModel model = Load(name);
                models.Add(model);
                Loaded(log, name, model.Kind, model.Card.Device, model.Card.Precision.Word(),
                    Stopwatch.GetElapsedTime(started).TotalSeconds);
                if (model.Card.DeviceFallback is { } reason)
                    Warning(log, $"the CPU computes {name}: {reason}");
            }
            foreach ((string name, string folder) in options.Indexes)
            {
                if (indexes.Open(name, folder, definition => Load(folder, definition)) is { } used)
                    Opened(log, name, folder, used);
                else
                    Made(log, name, folder);
            }
            models.IsReady = true;
            WarnOfOpenAddresses();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // told to stop meanwhile
        }
        catch (Exception problem) when (problem is SextantException or InputException or IOException
            or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            models.Failure = problem;
            lifetime.StopApplication();
        }
    }

    private void WarnOfOpenAddresses()
    {
        if (keys.AreNeeded)
            return;
        foreach (string address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            if (Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && !uri.IsLoopback)
                Warning(log, $"{address} is open to the network, and no key is asked for; --api-key-file asks for one");
        }
    }

    private Device? Open()
    {
        Device device = AnyDevice.Open(options.Device, out string chosen);
        if (device.Fallback is { } reason)
            Warning(log, $"the CPU computes, since {options.Device} cannot be used: {reason}");
        else if (!options.Device.EndsWith(chosen, StringComparison.Ordinal))
            Warning(log, $"{options.Device} is {chosen}: {device.Name}");
        return device;
    }

    // The model that made an index, where --model does not name it.
    private ServedEmbedder Load(string path, IndexDefinition definition)
    {
        EmbeddingModel model = IndexModel.Load(path, definition, null, new EmbeddingOptions
        {
            Device = _device,
            Precision = options.PrecisionValue,
            Threads = options.Threads,
        });
        string name = definition.Property("model") is { Length: > 0 } named ? named : NamedModels.Tiny;
        return new ServedEmbedder(name, model, options, metrics);
    }

    private ServedModel Load(string name)
    {
        string folder = NamedModels.FolderOf(name);
        if (MultiVectorModules.AreIn(folder))
        {
            throw new InputException(
                $"'{name}' is a late-interaction model (ColBERT), which this server does not serve; 'sextant embed "
                + "--multi' and 'sextant rerank' take it.");
        }
        (Precision precision, int? threads) = (options.PrecisionValue, options.Threads);
        return ModelKinds.Find(folder) switch
        {
            ModelKind.Classifier => new ServedClassifier(
                name,
                SequenceClassifier.Load(
                    folder, new ClassifierOptions { Device = _device, Precision = precision, Threads = threads }),
                options, metrics),
            ModelKind.Sparse => new ServedSparse(
                name,
                SparseEncoder.Load(
                    folder, new SparseOptions { Device = _device, Precision = precision, Threads = threads }),
                options, metrics),
            _ => new ServedEmbedder(
                name,
                EmbeddingModel.Load(
                    folder, new EmbeddingOptions { Device = _device, Precision = precision, Threads = threads }),
                options, metrics),
        };
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Model} is loaded: {Kind}, on {Device}, {Precision}, in {Seconds:F2} s")]
    private static partial void Loaded(
        ILogger log, string model, string kind, string device, string precision, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "The index {Name} in {Folder} is open, with the model "
        + "{Model}")]
    private static partial void Opened(ILogger log, string name, string folder, string model);

    [LoggerMessage(Level = LogLevel.Information, Message = "The index {Name} was not there and is made in {Folder}")]
    private static partial void Made(ILogger log, string name, string folder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Text}")]
    private static partial void Warning(ILogger log, string text);
}
