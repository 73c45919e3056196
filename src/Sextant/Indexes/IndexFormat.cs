using System.Globalization;

namespace Sextant.Indexes;

/// <summary>Numbers and names of the format; FORMAT.md says what they mean.</summary>
internal static class IndexFormat
{
    public const uint Version = 1;

    /// <summary>Version of a manifest that says what is still to come.</summary>
    public const uint UnfinishedVersion = 2;

    /// <summary>Version of a segment with attributes that are neither texts nor whole numbers.</summary>
    public const uint KindsVersion = 2;

    public const int BlockBytes = 1 << 16;
    public const int SectionAlignment = 4096;
    public const int SegmentHeaderBytes = 64;
    public const int FrameBytes = 24;

    public const string DefinitionName = "definition";
    public const string ManifestName = "manifest";
    public const string NewManifestName = "manifest.new";
    public const string LockName = "lock";

    /// <summary>Maximum number of bytes of a definition, manifest or list of deletions: these are read whole.</summary>
    public const long LongestFrame = 1 << 30;

    /// <summary>Numbers of commits and files are below this: far beyond any index, far from an overflow.</summary>
    public const ulong MaxNumber = 1UL << 62;

    /// <summary>Maximum number of rows of one index, so that an id is a positive int.</summary>
    public const int MaxRows = int.MaxValue - 64;

    public static ReadOnlySpan<byte> DefinitionMagic => "SXTINDEX"u8;

    public static ReadOnlySpan<byte> ManifestMagic => "SXTMANIF"u8;

    public static ReadOnlySpan<byte> DeletesMagic => "SXTDELET"u8;

    public static ReadOnlySpan<byte> SegmentMagic => "SXTSEGMT"u8;

    /// <summary>The section with the values of an attribute.</summary>
    public static SectionKind SectionOf(AttributeKind kind) => kind switch
    {
        AttributeKind.Text => SectionKind.Strings,
        AttributeKind.Integer => SectionKind.Integers,
        AttributeKind.Double => SectionKind.Doubles,
        AttributeKind.Boolean => SectionKind.Booleans,
        AttributeKind.Texts => SectionKind.StringLists,
        AttributeKind.Integers => SectionKind.IntegerLists,
        _ => SectionKind.DoubleLists,
    };

    /// <summary>What the values of a section are, where it is one of an attribute.</summary>
    public static AttributeKind? AttributeOf(SectionKind section)
    {
        foreach (AttributeKind kind in Enum.GetValues<AttributeKind>())
        {
            if (SectionOf(kind) == section)
                return kind;
        }
        return null;
    }

    public static string SegmentName(ulong number) => FormattableString.Invariant($"segment-{number}");

    public static string DeletesName(ulong number) => FormattableString.Invariant($"deletes-{number}");

    /// <summary>Where the next section may begin.</summary>
    public static long Align(long position) => (position + SectionAlignment - 1) & ~((long)SectionAlignment - 1);

    /// <summary>
    /// Whether a file's name is exactly one that a commit gives to its files: what only resembles one is someone
    /// else's.
    /// </summary>
    public static bool IsOwnedByCommits(string name)
    {
        ReadOnlySpan<char> digits = name.AsSpan(name.IndexOf('-') + 1);
        return name == NewManifestName
            || (ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
                && (name == SegmentName(number) || name == DeletesName(number)));
    }
}

/// <summary>What a section of a segment holds.</summary>
internal enum SectionKind : uint
{
    FirstRows = 1,
    KeyOffsets = 2,
    Keys = 3,
    KeyHashes = 4,
    KeyOrder = 5,
    Codes = 6,
    Vectors = 7,
    PayloadOffsets = 8,
    Payloads = 9,
    Integers = 10,
    Strings = 11,
    StringOffsets = 12,
    StringBytes = 13,
    Lengths = 14,
    ListStarts = 16,
    ListRows = 17,
    ListCodes = 18,
    TermOffsets = 19,
    Terms = 20,
    PostingOffsets = 21,
    Postings = 22,
    TermCounts = 23,
    Doubles = 24,
    Booleans = 25,
    ListAttributeStarts = 26,
    StringLists = 27,
    IntegerLists = 28,
    DoubleLists = 29,
}
