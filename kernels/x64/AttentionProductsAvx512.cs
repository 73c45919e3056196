using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sextant.Kernels.Attention;
using Sextant.Kernels.Gemm;
using Sextant.Kernels.GemmInt8;

namespace Sextant.Kernels.X64;

// The products of attention by assembled tiles of vdpbf16ps.
// Layout    queries: rows of pairs of dimensions.  keys: panels [D/2][≤ 48][2].  weights: rows of pairs of keys, in
//           place.  values: panels [n/2][≤ 48][2], one after another.  Zeros fill up the last pair.
// Order     d and j ascending, one chain an output: products of narrowed numbers are no denormals, and zeros that fill
//           up a pair leave a chain as it is (kernels/NUMERICS.md).

internal readonly unsafe struct AttentionProductsAvx512 : IAttentionProducts
{
    // By vectors − 1 and rows − 1.
    private static readonly nint[] s_entries = MachineCode.EntriesAt(X64Code.GemmBFloat16Tiles);

    public static bool HasPairs => true;

    public static bool ReadsValuesInPlace => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackKeys(in AttentionArguments a, int first, int width, float* panel)
    {
        const int Step = 32;
        var block = stackalloc Vector512<uint>[Step / 2];
        float* tail = stackalloc float[Step];
        for (int j = 0; j < width; j += 16)
        {
            float* keys = a.K + (first + j) * a.Stride;
            int present = Math.Clamp(a.Tokens - first - j, 0, 16);
            for (int d = 0; d < a.HeadSize; d += Step)
            {
                int count = Math.Min(Step, a.HeadSize - d);
                for (int i = 0; i < 16; i++)
                {
                    float* key = keys + i * a.Stride + d;
                    if (i < present && count < Step)
                    {
                        for (int k = 0; k < Step; k++)
                            tail[k] = k < count ? key[k] : 0f;
                        key = tail;
                    }
                    block[i] = i < present ? NarrowPairs.Load(key) : Vector512<uint>.Zero;
                }
                Transpose(block, (uint*)panel + (nint)(d / 2) * width + j, width, (count + 1) / 2);
            }
        }
    }

    // to [rows, 16] = the first rows of the transposed block [16, 16], rows being stride elements apart.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(Vector512<uint>* block, uint* to, nint stride, int rows)
    {
        for (int i = 0; i < 16; i += 4)
        {
            Vector512<ulong> low0 = Avx512F.UnpackLow(block[i], block[i + 1]).AsUInt64();
            Vector512<ulong> high0 = Avx512F.UnpackHigh(block[i], block[i + 1]).AsUInt64();
            Vector512<ulong> low1 = Avx512F.UnpackLow(block[i + 2], block[i + 3]).AsUInt64();
            Vector512<ulong> high1 = Avx512F.UnpackHigh(block[i + 2], block[i + 3]).AsUInt64();
            block[i] = Avx512F.UnpackLow(low0, low1).AsUInt32();
            block[i + 1] = Avx512F.UnpackHigh(low0, low1).AsUInt32();
            block[i + 2] = Avx512F.UnpackLow(high0, high1).AsUInt32();
            block[i + 3] = Avx512F.UnpackHigh(high0, high1).AsUInt32();
        }
        // Lane l of the vector i + 4g now holds column 4l + i of rows 4g … 4g + 3.
        for (int i = 0; i < 4; i++)
        {
            Vector512<uint> even0 = Avx512F.Shuffle4x128(block[i], block[i + 4], 0x88);
            Vector512<uint> odd0 = Avx512F.Shuffle4x128(block[i], block[i + 4], 0xDD);
            Vector512<uint> even1 = Avx512F.Shuffle4x128(block[i + 8], block[i + 12], 0x88);
            Vector512<uint> odd1 = Avx512F.Shuffle4x128(block[i + 8], block[i + 12], 0xDD);
            if (i < rows)
                Avx512F.Shuffle4x128(even0, even1, 0x88).Store(to + i * stride);
            if (i + 4 < rows)
                Avx512F.Shuffle4x128(odd0, odd1, 0x88).Store(to + (i + 4) * stride);
            if (i + 8 < rows)
                Avx512F.Shuffle4x128(even0, even1, 0xDD).Store(to + (i + 8) * stride);
            if (i + 12 < rows)
                Avx512F.Shuffle4x128(odd0, odd1, 0xDD).Store(to + (i + 12) * stride);
        }
    }

    public static void PackValues(in AttentionArguments a, int width, float* values)
    {
        nint pairs = (a.Tokens + 1) / 2;
        int step = PanelWidth(width);
        for (int column = 0; column < width; column += step)
        {
            uint* panel = (uint*)values + pairs * column;
            int columns = Math.Min(step, width - column);
            int present = Math.Min(columns, a.HeadSize - column);
            for (int j = 0; j < a.Tokens; j += 2, panel += columns)
            {
                float* v = a.V + j * a.Stride + column;
                NarrowPairs.Join(v, j + 1 < a.Tokens ? v + a.Stride : null, present, panel);
                if (present < columns)
                    new Span<uint>(panel + present, columns - present).Clear();
            }
        }
    }

    public static float* PackQueries(
        in AttentionArguments a, int row, int rows, int width, float* memory, out nint stride)
    {
        for (int i = 0; i < rows; i++)
            NarrowPairs.Run(a.Q + (row + i) * a.Stride, a.HeadSize, (uint*)(memory + i * width));
        stride = width;
        return memory;
    }

    public static void PackWeights(float* p, int n) => NarrowPairs.Run(p, (n + 15) & ~15, (uint*)p);

    public static void MultiplyKeys(in TileArguments t, int rows, int columns) =>
        Multiply(t, (uint*)t.B, t.Y, rows, columns);

    public static void MultiplyValues(in TileArguments t, int begin, int tokens, int rows, int columns)
    {
        nint pairs = (tokens + 1) / 2;
        int step = PanelWidth(columns);
        for (int column = 0; column < columns; column += step)
        {
            int width = Math.Min(step, columns - column);
            uint* panel = (uint*)t.B + pairs * column + (nint)(begin / 2) * width;
            Multiply(t, panel, t.Y + column, rows, width);
        }
    }

    // As even as they can be.
    private static int PanelWidth(int columns)
    {
        int vectors = columns / 16;
        int panels = (vectors + 2) / 3;
        return (vectors + panels - 1) / panels * 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(in TileArguments t, uint* panel, float* y, int rows, int width)
    {
        Int8TileArguments tile = default;
        tile.XStride = t.XStride * sizeof(float);
        tile.B = (sbyte*)panel;
        tile.BStep = 4 * width;
        tile.BEnd = tile.B + (t.Depth + 1) / 2 * tile.BStep;
        tile.YStride = t.YStride * sizeof(float);
        tile.Prefetch = tile.B;
        tile.KeepsVectors = MachineCode.KeepsVectors;
        for (int row = 0; row < rows; row += 8)
        {
            tile.X = (byte*)(t.X + row * t.XStride);
            tile.Y = y + row * t.YStride;
            nint entry = s_entries[(width / 16 - 1) * 8 + Math.Min(8, rows - row) - 1];
            ((delegate* unmanaged<Int8TileArguments*, void>)entry)(&tile);
        }
    }
}
