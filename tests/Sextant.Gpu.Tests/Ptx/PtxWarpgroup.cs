using System.Runtime.InteropServices;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>
/// Four warps and the products they start together (PTX ISA, "Asynchronous Warpgroup Level Matrix Instructions"). A
/// product is computed as late as it may, when somebody waits for it; until then its sums are not numbers. Its factors
/// are looked at when it starts as well, so that neither may be written between.
/// </summary>
internal sealed class PtxWarpgroup(PtxWarp[] warps, PtxSharedMemory shared)
{
    public const int Warps = 4;
    private const int Rows = 64, Depth = 16, Piece = 16;

    private readonly List<Product> _started = [];
    private int _committed;
    private float[]? _sums;
    private int[] _registers = [];

    public void Begin()
    {
        _started.Clear();
        (_committed, _sums) = (0, null);
    }

    /// <summary>Does what all warps wait for; says whether that is something for warpgroups.</summary>
    public bool Meet()
    {
        if (Array.Exists(warps, one => one.IsDone) || warps[0].Waiting.Kind < PtxKind.MultiplyWide
            || Array.Exists(warps, one => one.Waiting != warps[0].Waiting))
        {
            return false;
        }
        PtxInstruction instruction = warps[0].Waiting;
        try
        {
            Do(instruction);
        }
        catch (PtxFault fault)
        {
            throw warps[0].Fault(instruction, 0, fault.Message);
        }
        foreach (PtxWarp warp in warps)
            warp.Release();
        return true;
    }

    /// <summary>At the kernel's end nothing may be left.</summary>
    public void End()
    {
        if (_sums is not null)
            throw new PtxFault($"thread {warps[0].First}: the kernel ends before its products");
    }

    private void Do(PtxInstruction one)
    {
        switch (one.Kind)
        {
            case PtxKind.MultiplyWide:
                TakeSums(one.To);
                var product = new Product(
                    _committed, one, Same(one.From[0]), Same(one.From[1]), (Same(one.From[2]) & 1) != 0);
                _started.Add(product);
                Factor(product.Left, Rows, one.Variant);
                Factor(product.Right, one.Bytes, one.Variant);
                break;
            case PtxKind.WideCommit:
                _committed++;
                break;
            default:
                while (_started.Count > 0 && _started[0].Group < _committed - one.Offset)
                {
                    Multiply(_started[0]);
                    _started.RemoveAt(0);
                }
                if (_started.Count == 0 && _sums is not null)
                    GiveSums();
                break;
        }
    }

    // What all threads have to give alike.
    private ulong Same(int register)
    {
        ulong value = warps[0].Values(register)[0];
        foreach (PtxWarp warp in warps)
        {
            if (warp.Values(register).ContainsAnyExcept(value))
                throw new PtxFault("an operand that is not the same for all threads");
        }
        return value;
    }

    private void TakeSums(int[] registers)
    {
        if (_sums is not null)
        {
            if (!registers.AsSpan().SequenceEqual(_registers))
                throw new PtxFault("products of other sums are under way");
            return;
        }
        _registers = registers;
        _sums = new float[Warps * PtxWarp.Threads * registers.Length];
        ForEachSum((ref ulong register, ref float sum) =>
        {
            sum = PtxArithmetic.Single(register);
            register = uint.MaxValue;
        });
    }

    private void GiveSums()
    {
        ForEachSum((ref ulong register, ref float sum) => register = PtxArithmetic.Of(sum));
        _sums = null;
    }

    private void ForEachSum(EachSum action)
    {
        int i = 0;
        foreach (PtxWarp warp in warps)
        {
            foreach (int register in _registers)
            {
                foreach (ref ulong value in warp.Values(register))
                    action(ref value, ref _sums![i++]);
            }
        }
    }

    private void Multiply(Product product)
    {
        float[] left = Factor(product.Left, Rows, product.One.Variant);
        float[] right = Factor(product.Right, product.One.Bytes, product.One.Variant);
        int each = _registers.Length;
        // Figure "WGMMA .m64nNk16 register fragment layout for accumulator matrix D".
        for (int warp = 0; warp < Warps; warp++)
        {
            for (int i = 0; i < each; i++)
            {
                for (int lane = 0; lane < PtxWarp.Threads; lane++)
                {
                    int row = (16 * warp) + (lane / 4) + (8 * (i / 2 % 2));
                    int column = (8 * (i / 4)) + (2 * (lane % 4)) + (i % 2);
                    ref float sum = ref _sums![(((warp * each) + i) * PtxWarp.Threads) + lane];
                    double total = product.Adds ? sum : 0;
                    for (int k = 0; k < Depth; k++)
                        total += (double)left[(row * Depth) + k] * right[(column * Depth) + k];
                    sum = (float)total;
                }
            }
        }
    }

    // Rows of 16 values that a descriptor names: k along them, eight rows of 128 bytes after each other, swizzled.
    private float[] Factor(ulong descriptor, int rows, string type)
    {
        long start = (long)(descriptor & 0x3FFF) << 4, stride = (long)(descriptor >> 32 & 0x3FFF) << 4;
        if (descriptor >> 62 != 1 || (descriptor >> 49 & 7) != 0)
            throw new PtxFault("a descriptor without the swizzle of 128 bytes, or with a base offset");
        var values = new float[rows * Depth];
        for (int row = 0; row < rows; row++)
        {
            for (int piece = 0; piece < Depth * sizeof(ushort) / Piece; piece++)
            {
                long at = start + (row / 8 * stride) + (row % 8 * 128) + (piece * Piece);
                at ^= (at >> 7 & 7) << 4;
                ReadOnlySpan<ushort> found = MemoryMarshal.Cast<byte, ushort>(
                    shared.ReadByProducts(at, Piece, warps[0].First));
                for (int i = 0; i < found.Length; i++)
                {
                    values[(row * Depth) + (piece * found.Length) + i] =
                        type == "f16" ? PtxArithmetic.Half(found[i]) : PtxArithmetic.Brain(found[i]);
                }
            }
        }
        return values;
    }

    private delegate void EachSum(ref ulong register, ref float sum);

    private readonly record struct Product(int Group, PtxInstruction One, ulong Left, ulong Right, bool Adds);
}
