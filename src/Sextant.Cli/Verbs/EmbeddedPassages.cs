using System.Text;
using Sextant.Cli.Caches;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;
using Sextant.Documents;
using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Cli.Verbs;

/// <summary>The passages of files with their vectors: out of the cache, or embedded now and put there.</summary>
internal sealed class EmbeddedPassages
{
    private const int BatchPassages = 1024;

    private readonly EmbeddingModel? _model;
    private readonly PassageReader _reader;
    private readonly PassageCache? _cache;
    private readonly TermAnalyzer _analyzer;
    private readonly Terminal _terminal;
    private readonly Encoding? _encoding;
    private readonly List<CachedFile?> _files = [];
    private readonly List<WaitingFile> _waiting = [];
    private int _waitingPassages;

    /// <param name="model">Null where only texts are needed.</param>
    /// <param name="reader">Cuts files into passages.</param>
    /// <param name="analyzer">Takes passages apart into terms.</param>
    /// <param name="cache">Where vectors of files are kept; null: nowhere.</param>
    /// <param name="encoding">What files without a byte order mark are in; null: UTF-8.</param>
    /// <param name="terminal">Asked whether the user has had enough; its input is what '-' means.</param>
    public EmbeddedPassages(
        EmbeddingModel? model, PassageReader reader, TermAnalyzer analyzer, PassageCache? cache, Encoding? encoding,
        Terminal terminal)
    {
        (_model, _reader, _analyzer, _cache) = (model, reader, analyzer, cache);
        (_encoding, _terminal) = (encoding, terminal);
        Vectors = new FloatRows(model?.Dimensions ?? 1);
    }

    // Path: null for what is no file, and is not kept.
    private sealed record WaitingFile(int Position, List<Passage> Passages, string? Path, string Checksum);

    /// <summary>The passages, in the order of the files.</summary>
    public FilePassages Passages { get; } = new();

    /// <summary>Their vectors, in the same order; none without a model.</summary>
    public FloatRows Vectors { get; }

    /// <summary>Passages that the model did not see all of.</summary>
    public int Truncated { get; private set; }

    /// <summary>Passages of which the model knows little.</summary>
    public UnknownCount Unknown { get; } = new("passages");

    /// <summary>Reads and embeds files, and standard input before them where <paramref name="input"/> is set.</summary>
    public void Read(FoundFiles files, bool input, Action<SkippedPath> skipped, ProgressLine progress)
    {
        if (input)
            Wait([.. StandardInput.Passages(_reader, _terminal, _encoding)], null, "");
        (string Path, string? Checksum)[] found = files.Wait(skipped);
        var cached = new CachedFile?[found.Length];
        if (_cache is { } cache)
        {
            Parallel.For(0, found.Length, new ParallelOptions { CancellationToken = _terminal.Cancellation }, i =>
                cached[i] = found[i].Checksum is { } checksum ? cache.Find(found[i].Path, checksum) : null);
        }
        for (int i = 0; i < found.Length; i++)
        {
            _terminal.Cancellation.ThrowIfCancellationRequested();
            if (cached[i] is { } one)
                _files.Add(one);
            else
                ReadFile(found[i].Path, skipped);
            if (_waitingPassages >= BatchPassages)
                Embed(progress);
        }
        Embed(progress);
        foreach (CachedFile? file in _files)
            Take(file!);
        _files.Clear();
        _cache?.Trim();
    }

    private void Take(CachedFile file)
    {
        Passages.Add(file);
        if (_model is null)
            return;
        Vectors.Add(file.Vectors);
        for (int i = 0; i < file.Count; i++)
        {
            TextReport report = file.Report(i);
            Unknown.Add(report);
            Truncated += report.Truncated > 0 ? 1 : 0;
        }
    }

    private void ReadFile(string path, Action<SkippedPath> skipped)
    {
        try
        {
            // Now, not when it was found: the file may have changed while others were embedded.
            string checksum = _cache is null ? "" : FileFingerprint.Of(path);
            using DocumentText? text = DocumentText.Open(path, out SkippedPath reason, _encoding);
            if (text is null)
            {
                skipped(reason);
                return;
            }
            Wait([.. text.Passages(_reader, path)], path, checksum);
        }
        catch (Exception problem)
            when (problem is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            skipped(new SkippedPath(path, SkipReason.Unreadable, problem.Message));
        }
    }

    private void Wait(List<Passage> passages, string? path, string checksum)
    {
        if (passages.Count == 0)
            return;
        _waiting.Add(new WaitingFile(_files.Count, passages, path, checksum));
        _files.Add(null);
        _waitingPassages += passages.Count;
    }

    // A text that stands in several places is embedded once.
    private void Embed(ProgressLine progress)
    {
        if (_waiting.Count == 0)
            return;
        Dictionary<string, int> positions = new(StringComparer.Ordinal);
        foreach (Passage passage in _waiting.SelectMany(one => one.Passages))
            positions.TryAdd(passage.Text, positions.Count);
        int width = _model?.Dimensions ?? 0;
        float[] vectors = new float[checked(positions.Count * width)];
        var reports = new TextReport[positions.Count];
        _model?.Embed([.. positions.Keys], Prompt.Document, vectors, reports, progress, _terminal.Cancellation);
        Parallel.ForEach(_waiting, one => _files[one.Position] = Made(one, positions, vectors, reports));
        foreach (WaitingFile one in _waiting)
        {
            if (one.Path is { } path)
                _cache?.Put(path, one.Checksum, _files[one.Position]!);
        }
        progress.Advance(_waitingPassages);
        _waiting.Clear();
        _waitingPassages = 0;
    }

    private CachedFile Made(
        WaitingFile file, Dictionary<string, int> positions, float[] vectors, TextReport[] reports)
    {
        int width = _model?.Dimensions ?? 0;
        float[] own = new float[file.Passages.Count * width];
        var said = new TextReport[file.Passages.Count];
        for (int i = 0; i < said.Length; i++)
        {
            int position = positions[file.Passages[i].Text];
            vectors.AsSpan(position * width, width).CopyTo(own.AsSpan(i * width));
            said[i] = reports[position];
        }
        return CachedFile.Of(file.Path ?? StandardInput.Name, file.Passages, own, said, _analyzer);
    }
}
