using Microsoft.Extensions.Logging;
using ModelContextProtocol;

namespace Sextant.Cli.Verbs.Mcp;

/// <summary>Warnings and errors of the protocol's server on standard error: the other stream is the client's.</summary>
internal sealed class ErrorLog(Terminal terminal) : ILoggerFactory, ILogger
{
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel) || exception is McpProtocolException)
            return; // what the client is told is no news here
        string text = formatter(state, exception) + (exception is null ? "" : $": {exception.Message}");
        lock (_lock)
            terminal.Error.WriteLine($"{terminal.Program}: {text.ReplaceLineEndings(" ")}");
    }

    public void Dispose()
    {
    }
}
