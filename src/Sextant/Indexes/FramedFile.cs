using System.Buffers.Binary;
using System.Globalization;

namespace Sextant.Indexes;

/// <summary>A small file that is read whole: magic, version, length and checksum, then a body.</summary>
internal static class FramedFile
{
    /// <summary>Frame and body, to be written.</summary>
    public static byte[] Frame(
        ReadOnlySpan<byte> magic, ReadOnlySpan<byte> body, uint version = IndexFormat.Version)
    {
        byte[] bytes = new byte[IndexFormat.FrameBytes + body.Length];
        magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), Checksum.Of(body));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), Checksum.Of(bytes.AsSpan(0, 20)));
        body.CopyTo(bytes.AsSpan(IndexFormat.FrameBytes));
        return bytes;
    }

    /// <summary>Reads a file and checks its frame; returns the body.</summary>
    public static byte[] Read(string path, ReadOnlySpan<byte> magic, string what) =>
        Read(path, magic, what, out _, IndexFormat.Version);

    /// <summary>The same for a file that has versions up to another one.</summary>
    public static byte[] Read(
        string path, ReadOnlySpan<byte> magic, string what, out uint version, uint maxVersion)
    {
        byte[] bytes;
        try
        {
            bytes = RegularFile.Read(path, IndexFormat.LongestFrame, out _)
                ?? throw new InvalidIndexException(path, $"is too long to be {what}.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InvalidIndexException(path, $"cannot be read: {problem.Message}", problem);
        }
        if (bytes.Length < IndexFormat.FrameBytes || !bytes.AsSpan(0, 8).SequenceEqual(magic))
            throw new InvalidIndexException(path, $"is not {what}.");
        version = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8));
        if (version == IndexFormat.Version || version > maxVersion)
            RequireVersion(path, version);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(20)) != Checksum.Of(bytes.AsSpan(0, 20)))
            throw new InvalidIndexException(path, "is damaged: its header does not have its checksum.");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12));
        if (length != bytes.Length - IndexFormat.FrameBytes)
        {
            throw new InvalidIndexException(path, FormattableString.Invariant(
                $"is damaged: its body has {bytes.Length - IndexFormat.FrameBytes} bytes; its header says {length}."));
        }
        byte[] body = bytes[IndexFormat.FrameBytes..];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(16)) != Checksum.Of(body))
            throw new InvalidIndexException(path, "is damaged: its body does not have its checksum.");
        return body;
    }

    public static void RequireVersion(string path, uint version)
    {
        if (version != IndexFormat.Version)
        {
            throw new InvalidIndexException(path, string.Create(CultureInfo.InvariantCulture,
                $"has format version {version}; this program reads version {IndexFormat.Version}. Build the index "
                    + $"anew, or use the program that wrote it."));
        }
    }
}
