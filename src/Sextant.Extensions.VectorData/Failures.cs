using Microsoft.Extensions.VectorData;

namespace Sextant.Extensions.VectorData;

/// <summary>Failures of the index as the abstractions name them.</summary>
internal static class Failures
{
    /// <summary>Runs something; what the disk or the index refuses names collection and operation.</summary>
    /// <exception cref="VectorStoreException">It failed.</exception>
    public static async Task<T> Wrap<T>(
        SextantVectorStore store, string? collection, string operation, Func<Task<T>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (Exception problem) when (IsOfTheStore(problem))
        {
            throw Of(store, collection, operation, problem);
        }
    }

    /// <inheritdoc cref="Wrap{T}"/>
    public static async Task Wrap(SextantVectorStore store, string? collection, string operation, Func<Task> run)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (Exception problem) when (IsOfTheStore(problem))
        {
            throw Of(store, collection, operation, problem);
        }
    }

    private static bool IsOfTheStore(Exception problem) =>
        problem is InvalidIndexException or IOException or UnauthorizedAccessException or MissingCollectionException;

    private static VectorStoreException Of(
        SextantVectorStore store, string? collection, string operation, Exception problem) =>
        new(problem.Message, problem is MissingCollectionException ? null : problem)
        {
            VectorStoreSystemName = SextantVectorStore.SystemName,
            VectorStoreName = store.Options.Folder,
            CollectionName = collection,
            OperationName = operation,
        };
}

/// <summary>A collection is not there, or is another than the caller means.</summary>
internal sealed class MissingCollectionException(string message) : Exception(message);
