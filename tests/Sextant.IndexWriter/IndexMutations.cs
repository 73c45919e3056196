using System.Diagnostics;
using System.Globalization;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.IndexWriting;

/// <summary>
/// Folders of an index, changed thousands of times with checksums that fit: what comes out is an index or a typed
/// error.
/// </summary>
public sealed class IndexMutations
{
    private readonly string _folder;
    private readonly Dictionary<string, byte[]> _files = [];

    /// <summary>Makes the index that is changed, with segments, deletes, attributes, payloads and terms.</summary>
    /// <param name="folder">Where; is emptied before each change.</param>
    /// <param name="code">What it scans: with it go lists, a transform, ranges.</param>
    public IndexMutations(string folder, VectorCode code)
    {
        _folder = folder;
        using (VectorIndex writer = VectorIndex.Create(new UnsyncedFolder(folder), Definition(code)))
        {
            for (long round = 1; round <= 4; round++)
                Rounds.Write(writer, round);
            if (code == VectorCode.Binary)
            {
                writer.Unfinished = "some";
                writer.Commit();
            }
        }
        foreach (string file in Directory.GetFiles(folder).Where(file => new FileInfo(file).Length > 0).Order())
            _files.Add(Path.GetFileName(file), File.ReadAllBytes(file));
    }

    /// <summary>Changed indexes that were read all the same.</summary>
    public int Accepted { get; private set; }

    /// <summary>Changed indexes that were refused by type.</summary>
    public int Refused { get; private set; }

    /// <summary>The longest that a change took, to the end of all calls.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Makes one change and calls everything; null, or what went wrong.</summary>
    public string? Try(int seed)
    {
        var random = new Random(seed);
        Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
        string[] names = [.. _files.Keys];
        string name = names[random.Next(names.Length)];
        byte[] changed = ForgedFile.Change(_files[name], random, out bool isMended);
        foreach ((string one, byte[] bytes) in _files)
            File.WriteAllBytes(Path.Combine(_folder, one), one == name ? changed : bytes);
        if (isMended && name != IndexFormat.ManifestName)
        {
            File.WriteAllBytes(
                Path.Combine(_folder, IndexFormat.ManifestName),
                ForgedFile.Name(_files[IndexFormat.ManifestName], name, changed));
        }
        long start = Stopwatch.GetTimestamp();
        bool isRefused = false;
        try
        {
            foreach (Action<string> use in (Action<string>[])[IndexUse.Read, IndexUse.Write])
            {
                try
                {
                    use(_folder);
                }
                catch (SextantException)
                {
                    isRefused = true;
                }
            }
        }
        catch (Exception error)
        {
            return string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {name}: {error}");
        }
        Refused += isRefused ? 1 : 0;
        Accepted += isRefused ? 0 : 1;
        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        Longest = taken > Longest ? taken : Longest;
        return null;
    }

    // Binary codes with lists, fitted codes with a transform before them, the product code without rescoring.
    private static IndexDefinition Definition(VectorCode code)
    {
        int dimensions = Rounds.Definition.Dimensions, half = dimensions / 2;
        IndexDefinition plain = Rounds.Definition with { Code = code, Rescore = null, Metric = Metric.Cosine };
        float[] sample = [.. Enumerable.Range(0, 100).SelectMany(
            i => Rounds.Document("sample", i + 1).Vectors.ToArray())];
        float[] halves = sample[..(sample.Length / half * half)];
        return code switch
        {
            VectorCode.Binary => IndexFit.WithLists(Rounds.Definition, sample, 3),
            VectorCode.ResidualBinary => plain with
            {
                Transform = LinearTransform.Fit(sample, dimensions, half),
                ResidualBinary = ResidualBinaryCode.Fit(halves, half, 2),
                Rescore = VectorCode.Float16,
            },
            VectorCode.Product => plain with
            {
                Transform = LinearTransform.Fit(sample, dimensions, half),
                Product = ProductCode.Fit(halves, half, 4),
            },
            VectorCode.RaBitQ => IndexFit.WithRaBitQ(plain with { Metric = Metric.SquaredDistance }, sample, 3, half),
            VectorCode.Int8 => plain with
            {
                Ranges = new CodeRanges(
                    [.. Enumerable.Repeat(-1f, dimensions)], [.. Enumerable.Repeat(1f, dimensions)]),
            },
            _ => plain with { Metric = code == VectorCode.BFloat16 ? Metric.SquaredDistance : Metric.Dot },
        };
    }
}
