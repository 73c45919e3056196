using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sextant.Kernels.Hamming;

namespace Sextant.Indexes;

/// <summary>How the codes of a segment lie in its section (FORMAT.md, "Rows" and "Tiles").</summary>
/// <param name="RowBytes">Bytes of a row's code, its factors included.</param>
/// <param name="Planes">
/// Planes of bits, each of which has all rows in tiles: 1 for binary codes, the levels of residual binary ones. 0: the
/// rows lie one after the other.
/// </param>
/// <param name="HasLengths">Whether the length of what a code stands for is kept with it.</param>
/// <param name="Factors">
/// Numbers (f32) that end a row's code. Behind the planes lie the first numbers of all rows, then their second ones.
/// </param>
internal readonly record struct CodeLayout(int RowBytes, int Planes, bool HasLengths = false, int Factors = 0)
{
    private const int TileCodes = HammingArguments.TileCodes;

    /// <summary>Bytes of a row's code in one plane.</summary>
    public int PlaneBytes => Planes == 0 ? 0 : (RowBytes - (Factors * sizeof(float))) / Planes;

    /// <summary>Words of 64 bits that a row takes in one plane.</summary>
    public int Words => Math.Max(1, (PlaneBytes + 7) / 8);

    /// <summary>Bytes of a plane.</summary>
    public long LengthOfPlane(int rows) => (rows + TileCodes - 1L) / TileCodes * TileCodes * Words * sizeof(ulong);

    /// <summary>Bytes of the section.</summary>
    public long Length(int rows) => Planes == 0 ? (long)rows * RowBytes : PlaceOfFactors(rows, Factors);

    /// <summary>Where the numbers that have this position in their rows begin in the section.</summary>
    public long PlaceOfFactors(int rows, int position) =>
        (Planes * LengthOfPlane(rows)) + ((long)position * rows * sizeof(float));

    /// <summary>The section of codes that lie one after the other.</summary>
    public ReadOnlyMemory<byte> Section(ReadOnlySpan<byte> codes, int rows)
    {
        if (Planes == 0)
            return codes.ToArray();
        byte[] section = new byte[Length(rows)];
        Span<ulong> all = MemoryMarshal.Cast<byte, ulong>(section.AsSpan());
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        for (int plane = 0; plane < Planes; plane++)
        {
            Span<ulong> tiles = all.Slice((int)(plane * LengthOfPlane(rows) / sizeof(ulong)));
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<byte> code = codes.Slice((row * RowBytes) + (plane * PlaneBytes), PlaneBytes);
                int first = (row / TileCodes * Words * TileCodes) + (row % TileCodes);
                for (int i = 0; i < Words; i++)
                {
                    ReadOnlySpan<byte> rest = code[Math.Min(code.Length, i * sizeof(ulong))..];
                    word.Clear();
                    rest[..Math.Min(rest.Length, sizeof(ulong))].CopyTo(word);
                    tiles[first + (i * TileCodes)] = BinaryPrimitives.ReadUInt64LittleEndian(word);
                }
            }
        }
        for (int i = 0; i < Factors; i++)
        {
            Span<byte> numbers = section.AsSpan((int)PlaceOfFactors(rows, i));
            for (int row = 0; row < rows; row++)
            {
                codes.Slice((row * RowBytes) + PlaceInRow(i), sizeof(float)).CopyTo(
                    numbers[(row * sizeof(float))..]);
            }
        }
        return section;
    }

    /// <summary>Reads a row's code from the section of a segment.</summary>
    public void Read(Section codes, int rows, int row, Span<byte> code)
    {
        if (Planes == 0)
        {
            codes.Bytes((long)row * RowBytes, RowBytes).CopyTo(code);
            return;
        }
        for (int plane = 0; plane < Planes; plane++)
        {
            long first = (plane * LengthOfPlane(rows) / sizeof(ulong)) + ((long)(row / TileCodes) * Words * TileCodes);
            Span<byte> rest = code.Slice(plane * PlaneBytes, PlaneBytes);
            for (int word = 0; !rest.IsEmpty; word++)
            {
                long position = (first + (word * TileCodes) + (row % TileCodes)) * sizeof(ulong);
                int bytes = Math.Min(rest.Length, sizeof(ulong));
                codes.Bytes(position, bytes).CopyTo(rest);
                rest = rest[bytes..];
            }
        }
        for (int i = 0; i < Factors; i++)
        {
            long position = PlaceOfFactors(rows, i) + ((long)row * sizeof(float));
            codes.Bytes(position, sizeof(float)).CopyTo(code[PlaceInRow(i)..]);
        }
    }

    private int PlaceInRow(int factor) => (Planes * PlaneBytes) + (factor * sizeof(float));
}
