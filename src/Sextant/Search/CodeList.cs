using System.Runtime.InteropServices;

namespace Sextant.Search;

/// <summary>A list of an inverted file: codes, and whose they are.</summary>
internal sealed class CodeList(int bytes) : IDisposable
{
    private readonly List<int> _ids = [];

    public CodeStore Codes { get; } = new(bytes);

    /// <summary>The id of each code, ascending.</summary>
    public ReadOnlySpan<int> Ids => CollectionsMarshal.AsSpan(_ids);

    public void Add(ReadOnlySpan<byte> code, int id)
    {
        Codes.Add(code);
        _ids.Add(id);
    }

    public void Dispose() => Codes.Dispose();
}
