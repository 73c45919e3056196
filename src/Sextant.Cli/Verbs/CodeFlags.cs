using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Codes;

namespace Sextant.Cli.Verbs;

/// <summary>The flags that say what vectors are encoded as.</summary>
internal static class CodeFlags
{
    public static readonly Flag Encoding = new(
        "--encoding", "E",
        "float32, float16, int8, uint8, binary (one bit for each dimension, eight to a signed byte) or ubinary (to an "
            + "unsigned byte). Default: float32.");
    public static readonly Flag Ranges = new(
        "--ranges", "FILE",
        "The minimum and maximum of each dimension, for int8 and uint8: made by --write-ranges from other texts.");
    public static readonly Flag WriteRanges = new(
        "--write-ranges", "FILE",
        "Also write the ranges of these vectors, to encode others with: embed a calibration set of typical texts.");

    /// <summary>The encoding that the flags name; what does not fit together is refused.</summary>
    public static string Name(ArgumentValues arguments, string format)
    {
        string name = arguments.Choice(Encoding, VectorEncoding.Names) ?? VectorEncoding.Names[0];
        bool needsRanges = VectorEncoding.NeedsRanges(name);
        if (needsRanges && arguments.Text(Ranges) is null)
        {
            throw new WrongUsageException(
                $"{name} needs --ranges FILE; embed --write-ranges FILE makes it from a calibration set");
        }
        if (!needsRanges && arguments.Text(Ranges) is not null)
            throw new WrongUsageException($"--ranges is for int8 and uint8; the encoding is {name}");
        if (needsRanges && arguments.Text(WriteRanges) is not null)
            throw new WrongUsageException($"--write-ranges is for the calibration set; embed that as float32, "
                + $"not as {name}");
        if (arguments.Text(WriteRanges) is { } path && OutputFile.IsStandard(path))
            throw new WrongUsageException("--write-ranges needs a file; standard output is for the vectors");
        if (format == "f32" && name != "float32")
            throw new WrongUsageException($"f32 is the floats alone; for {name} take --format npy or jsonl");
        return name;
    }

    /// <summary>The encoding for vectors of a model.</summary>
    public static VectorEncoding Load(ArgumentValues arguments, string name, int dimensions, Terminal terminal) =>
        new(name, dimensions, RangesFor(arguments, dimensions, terminal));

    /// <summary>The ranges that the flags name, for vectors of this length; null where they name none.</summary>
    public static CodeRanges? RangesFor(ArgumentValues arguments, int dimensions, Terminal terminal)
    {
        if (arguments.Text(Ranges) is not { } path)
            return null;
        CodeRanges ranges = CodeRanges.Read(path);
        if (ranges.Dimensions != dimensions)
        {
            throw new InvalidRangesException(
                path,
                FormattableString.Invariant(
                    $"has ranges for {ranges.Dimensions} dimensions; the vectors have {dimensions}."));
        }
        WarnOfEmpty(ranges, path, terminal);
        return ranges;
    }

    /// <summary>Says where ranges are so narrow that codes say nearly nothing.</summary>
    public static void WarnOfEmpty(CodeRanges ranges, string path, Terminal terminal)
    {
        if (ranges.EmptyDimensions == 0)
            return;
        terminal.Error.WriteLine(FormattableString.Invariant(
            $"{terminal.Program}: warning: {path}: the ranges of {ranges.EmptyDimensions} of {ranges.Dimensions} ")
            + "dimensions are empty, which leaves one code for all their values; calibrate with more texts");
    }
}
