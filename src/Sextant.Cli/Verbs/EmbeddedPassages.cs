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
    private readonly Terminal _terminal;
    private readonly Encoding? _encoding;
    private readonly List<CachedFile> _files = [];
    private readonly List<(int File, string? Path, string Checksum)> _waiting = [];
    private int _waitingPassages;

    /// <param name="model">Null where only texts are needed.</param>
    /// <param name="reader">Cuts files into passages.</param>
    /// <param name="cache">Where vectors of files are kept; null: nowhere.</param>
    /// <param name="encoding">What files without a byte order mark are in; null: UTF-8.</param>
    /// <param name="terminal">Asked whether the user has had enough; its input is what '-' means.</param>
    public EmbeddedPassages(
        EmbeddingModel? model, PassageReader reader, PassageCache? cache, Encoding? encoding, Terminal terminal)
    {
        (_model, _reader, _cache, _encoding, _terminal) = (model, reader, cache, encoding, terminal);
        Vectors = new FlatIndex(model?.Dimensions ?? 1);
    }

    /// <summary>The passages, in the order of the files.</summary>
    public List<Passage> Passages { get; } = [];

    /// <summary>Their vectors, in the same order; none without a model.</summary>
    public FlatIndex Vectors { get; }

    /// <summary>Passages that the model did not see all of.</summary>
    public int Truncated { get; private set; }

    /// <summary>Passages of which the model knows little.</summary>
    public UnknownCount Unknown { get; } = new("passages");

    /// <summary>Reads and embeds files.</summary>
    public void Read(IReadOnlyList<string> paths, Action<SkippedPath> skipped, ProgressLine progress)
    {
        if (paths.Any(StandardInput.Is))
            Wait([.. StandardInput.Passages(_reader, _terminal, _encoding)], null, "");
        foreach (string path in TextFiles.Find(paths.Where(path => !StandardInput.Is(path)), skipped))
        {
            _terminal.Cancellation.ThrowIfCancellationRequested();
            ReadFile(path, skipped);
            if (_waitingPassages >= BatchPassages)
                Embed(progress);
        }
        Embed(progress);
        foreach (CachedFile file in _files)
        {
            Passages.AddRange(file.Passages);
            foreach (TextReport report in file.Reports)
            {
                Unknown.Add(report);
                Truncated += report.Truncated > 0 ? 1 : 0;
            }
            if (_model is not null)
                Vectors.Add(file.Vectors);
        }
        _files.Clear();
        _cache?.Trim();
    }

    private void ReadFile(string path, Action<SkippedPath> skipped)
    {
        try
        {
            string checksum = _cache is null ? "" : FileFingerprint.Of(path);
            if (_cache?.Find(path, checksum) is { } cached)
            {
                _files.Add(cached);
                return;
            }
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

    // path: null for what is no file, and is not kept.
    private void Wait(List<Passage> passages, string? path, string checksum)
    {
        _files.Add(new CachedFile(passages, [], []));
        if (_model is null || passages.Count == 0)
            return;
        _waiting.Add((_files.Count - 1, path, checksum));
        _waitingPassages += passages.Count;
    }

    // A text that stands in several places is embedded once.
    private void Embed(ProgressLine progress)
    {
        if (_model is null || _waiting.Count == 0)
            return;
        string[] all = [.. _waiting.SelectMany(one => _files[one.File].Passages).Select(one => one.Text)];
        string[] texts = [.. all.Distinct(StringComparer.Ordinal)];
        int width = _model.Dimensions;
        float[] vectors = new float[checked(texts.Length * width)];
        var reports = new TextReport[texts.Length];
        _model.Embed(texts, Prompt.Document, vectors, reports, progress, _terminal.Cancellation);
        Dictionary<string, int> positions = texts.Select((text, i) => (text, i)).ToDictionary(
            one => one.text, one => one.i, StringComparer.Ordinal);
        foreach ((int file, string? path, string checksum) in _waiting)
        {
            List<Passage> passages = _files[file].Passages;
            float[] own = new float[passages.Count * width];
            var said = new TextReport[passages.Count];
            for (int i = 0; i < said.Length; i++)
            {
                int position = positions[passages[i].Text];
                vectors.AsSpan(position * width, width).CopyTo(own.AsSpan(i * width));
                said[i] = reports[position];
            }
            _files[file] = new CachedFile(passages, own, said);
            if (path is not null)
                _cache?.Put(path, checksum, _files[file]);
        }
        progress.Advance(all.Length);
        _waiting.Clear();
        _waitingPassages = 0;
    }
}
