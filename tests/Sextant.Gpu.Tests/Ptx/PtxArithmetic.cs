using System.Numerics;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>
/// The instructions that are functions of their operands' values, by the PTX ISA. A value narrower than a register
/// lies in its low bits, the others are zero.
/// </summary>
internal static class PtxArithmetic
{
    private static readonly Dictionary<string, Func<ulong, ulong, ulong, ulong>> s_all = new()
    {
        ["mov.b32"] = (a, _, _) => (uint)a,
        ["mov.u32"] = (a, _, _) => (uint)a,
        ["mov.f32"] = (a, _, _) => (uint)a,
        ["mov.b64"] = (a, _, _) => a,
        ["mov.u64"] = (a, _, _) => a,
        ["mov.f64"] = (a, _, _) => a,
        ["mov.u16"] = (a, _, _) => (ushort)a,
        ["mov.b16"] = (a, _, _) => (ushort)a,
        ["mov.pred"] = (a, _, _) => Bit(a != 0),
        ["cvta.to.global.u64"] = (a, _, _) => a,
        ["cvta.global.u64"] = (a, _, _) => a,

        ["add.s16"] = (a, b, _) => (ushort)(a + b),
        ["add.s32"] = (a, b, _) => (uint)((uint)a + (uint)b),
        ["sub.s32"] = (a, b, _) => (uint)((uint)a - (uint)b),
        ["mul.lo.s32"] = (a, b, _) => (uint)((uint)a * (uint)b),
        ["mul.hi.u32"] = (a, b, _) => (ulong)(uint)a * (uint)b >> 32,
        ["mad.lo.s32"] = (a, b, c) => (uint)(((uint)a * (uint)b) + (uint)c),
        ["div.s32"] = (a, b, _) => (uint)((int)a / (int)b),
        ["div.u32"] = (a, b, _) => (uint)a / (uint)b,
        ["rem.s32"] = (a, b, _) => (uint)((int)a % (int)b),
        ["rem.u32"] = (a, b, _) => (uint)a % (uint)b,
        ["neg.s32"] = (a, _, _) => (uint)-(int)a,
        ["min.s32"] = (a, b, _) => (uint)Math.Min((int)a, (int)b),
        ["max.s32"] = (a, b, _) => (uint)Math.Max((int)a, (int)b),
        ["mul.wide.u16"] = (a, b, _) => (uint)((ushort)a * (ushort)b),
        ["mul.wide.u32"] = (a, b, _) => (ulong)(uint)a * (uint)b,
        ["mul.wide.s32"] = (a, b, _) => (ulong)((long)(int)a * (int)b),
        ["bfe.u32"] = (a, b, c) => (uint)((uint)a >> (int)b) & ((1u << (int)c) - 1),
        // Of a field that lies in the register.
        ["bfe.s32"] = (a, b, c) => (uint)((int)((uint)a << (32 - (int)b - (int)c)) >> (32 - (int)c)),
        ["bfe.u64"] = (a, b, c) => a >> (int)b & ((1UL << (int)c) - 1),
        ["add.s64"] = (a, b, _) => a + b,
        ["add.u64"] = (a, b, _) => a + b,
        ["mad.lo.u64"] = (a, b, c) => (a * b) + c,
        ["rem.s64"] = (a, b, _) => (ulong)((long)a % (long)b),
        ["sub.s64"] = (a, b, _) => a - b,
        ["mul.lo.s64"] = (a, b, _) => a * b,
        ["div.s64"] = (a, b, _) => (ulong)((long)a / (long)b),
        ["div.u64"] = (a, b, _) => a / b,
        ["neg.s64"] = (a, _, _) => (ulong)-(long)a,

        // A shift by more bits than there are shifts all of them out.
        ["shl.b32"] = (a, b, _) => (uint)b > 31 ? 0 : (uint)a << (int)b,
        ["shl.b64"] = (a, b, _) => (uint)b > 63 ? 0 : a << (int)b,
        ["shr.u32"] = (a, b, _) => (uint)b > 31 ? 0 : (uint)a >> (int)b,
        ["shr.u64"] = (a, b, _) => (uint)b > 63 ? 0 : a >> (int)b,
        ["shr.s32"] = (a, b, _) => (uint)((int)a >> (int)Math.Min((uint)b, 31)),
        ["shr.s64"] = (a, b, _) => (ulong)((long)a >> (int)Math.Min((uint)b, 63)),
        ["and.b16"] = (a, b, _) => (ushort)(a & b),
        ["and.b32"] = (a, b, _) => (uint)(a & b),
        ["and.b64"] = (a, b, _) => a & b,
        ["or.b32"] = (a, b, _) => (uint)(a | b),
        ["or.b64"] = (a, b, _) => a | b,
        ["xor.b32"] = (a, b, _) => (uint)(a ^ b),
        ["xor.b64"] = (a, b, _) => a ^ b,
        ["not.b32"] = (a, _, _) => ~(uint)a,
        ["and.pred"] = (a, b, _) => a & b & 1,
        ["or.pred"] = (a, b, _) => (a | b) & 1,
        ["xor.pred"] = (a, b, _) => (a ^ b) & 1,
        ["not.pred"] = (a, _, _) => ~a & 1,
        ["setp.hs.u32"] = (a, b, _) => Bit((uint)a >= (uint)b),
        ["setp.hi.u64"] = (a, b, _) => Bit(a > b),
        ["popc.b64"] = (a, _, _) => (ulong)BitOperations.PopCount(a),

        ["add.rn.f32"] = (a, b, _) => Of(Single(a) + Single(b)),
        ["sub.rn.f32"] = (a, b, _) => Of(Single(a) - Single(b)),
        ["mul.rn.f32"] = (a, b, _) => Of(Single(a) * Single(b)),
        ["fma.rn.f32"] = (a, b, c) => Of(MathF.FusedMultiplyAdd(Single(a), Single(b), Single(c))),
        ["div.rn.f32"] = (a, b, _) => Of(Single(a) / Single(b)),
        ["rcp.approx.ftz.f32"] = (a, _, _) => Of(Flushed(1 / Flushed(Single(a)))),
        ["rcp.rn.f32"] = (a, _, _) => Of(1 / Single(a)),
        ["sqrt.rn.f32"] = (a, _, _) => Of(MathF.Sqrt(Single(a))),
        ["ex2.approx.ftz.f32"] = (a, _, _) => Of(Flushed((float)Math.Pow(2, Flushed(Single(a))))),
        ["neg.f32"] = (a, _, _) => (uint)a ^ 0x8000_0000u,
        ["max.f32"] = (a, b, _) => Of(float.MaxNumber(Single(a), Single(b))),
        ["min.f32"] = (a, b, _) => Of(float.MinNumber(Single(a), Single(b))),
        ["add.rn.f64"] = (a, b, _) => Of(Double(a) + Double(b)),
        ["mul.rn.f64"] = (a, b, _) => Of(Double(a) * Double(b)),
        ["fma.rn.f64"] = (a, b, c) => Of(Math.FusedMultiplyAdd(Double(a), Double(b), Double(c))),

        ["cvt.u64.u32"] = (a, _, _) => (uint)a,
        ["cvt.s64.s32"] = (a, _, _) => (ulong)(int)a,
        ["cvt.u32.u64"] = (a, _, _) => (uint)a,
        ["cvt.s32.s64"] = (a, _, _) => (uint)a,
        ["cvt.s32.u16"] = (a, _, _) => (ushort)a,
        ["cvt.u32.u16"] = (a, _, _) => (ushort)a,
        ["cvt.u16.u32"] = (a, _, _) => (ushort)a,
        ["cvt.f64.f32"] = (a, _, _) => Of((double)Single(a)),
        ["cvt.rn.f32.f64"] = (a, _, _) => Of((float)Double(a)),
        ["cvt.s8.s32"] = (a, _, _) => (ushort)(sbyte)a,
        ["cvt.rn.f32.s16"] = (a, _, _) => Of((float)(short)a),
        ["cvt.rn.f32.s32"] = (a, _, _) => Of((float)(int)a),
        ["cvt.rn.f32.u32"] = (a, _, _) => Of((float)(uint)a),
        ["cvt.rn.f32.s64"] = (a, _, _) => Of((float)(long)a),
        ["cvt.rzi.s32.f32"] = (a, _, _) => (uint)int.CreateSaturating(Single(a)),
        ["cvt.f32.f16"] = (a, _, _) => Of((float)Half(a)),
        ["cvt.rn.f16.f32"] = (a, _, _) => NarrowHalf(Single(a)),
        ["cvt.rn.f16x2.f32"] = (a, b, _) => (NarrowHalf(Single(a)) << 16) | NarrowHalf(Single(b)),
        ["cvt.rn.bf16x2.f32"] = (a, b, _) => (NarrowBrain(Single(a)) << 16) | NarrowBrain(Single(b)),
    };

    /// <summary>The instruction's function; null: it is no such instruction.</summary>
    public static Func<ulong, ulong, ulong, ulong>? Find(string mnemonic)
    {
        if (s_all.TryGetValue(mnemonic, out Func<ulong, ulong, ulong, ulong>? compute))
            return compute;
        return mnemonic.Split('.') switch
        {
            ["selp", var type] => type.EndsWith("64", StringComparison.Ordinal)
                ? (a, b, c) => (c & 1) != 0 ? a : b
                : (a, b, c) => (uint)((c & 1) != 0 ? a : b),
            ["setp", var relation, var type] => Comparison(relation, type),
            _ => null,
        };
    }

    /// <summary>Whether there is a loop for it.</summary>
    public static PtxFrequent Frequent(string mnemonic) => mnemonic switch
    {
        "mov.u32" or "mov.b32" or "mov.f32" => PtxFrequent.MoveB32,
        "add.s32" => PtxFrequent.AddS32,
        "add.s64" => PtxFrequent.AddS64,
        "shl.b64" => PtxFrequent.ShlB64,
        "selp.f32" or "selp.b32" => PtxFrequent.SelectB32,
        "add.rn.f32" => PtxFrequent.AddF32,
        "mul.rn.f32" => PtxFrequent.MulF32,
        "fma.rn.f32" => PtxFrequent.FmaF32,
        _ => PtxFrequent.None,
    };

    /// <summary>The same as the instruction's function for each lane, several times faster.</summary>
    public static void Compute(
        PtxFrequent frequent, Span<ulong> to, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ReadOnlySpan<ulong> c)
    {
        a = a[..to.Length];
        b = b[..to.Length];
        c = c[..to.Length];
        switch (frequent)
        {
            case PtxFrequent.MoveB32:
                for (int i = 0; i < to.Length; i++)
                    to[i] = (uint)a[i];
                break;
            case PtxFrequent.AddS32:
                for (int i = 0; i < to.Length; i++)
                    to[i] = (uint)((uint)a[i] + (uint)b[i]);
                break;
            case PtxFrequent.AddS64:
                for (int i = 0; i < to.Length; i++)
                    to[i] = a[i] + b[i];
                break;
            case PtxFrequent.ShlB64:
                for (int i = 0; i < to.Length; i++)
                    to[i] = (uint)b[i] > 63 ? 0 : a[i] << (int)b[i];
                break;
            case PtxFrequent.SelectB32:
                for (int i = 0; i < to.Length; i++)
                    to[i] = (uint)((c[i] & 1) != 0 ? a[i] : b[i]);
                break;
            case PtxFrequent.AddF32:
                for (int i = 0; i < to.Length; i++)
                    to[i] = Of(Single(a[i]) + Single(b[i]));
                break;
            case PtxFrequent.MulF32:
                for (int i = 0; i < to.Length; i++)
                    to[i] = Of(Single(a[i]) * Single(b[i]));
                break;
            default:
                for (int i = 0; i < to.Length; i++)
                    to[i] = Of(MathF.FusedMultiplyAdd(Single(a[i]), Single(b[i]), Single(c[i])));
                break;
        }
    }

    public static float Single(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    public static ulong Of(float value) => BitConverter.SingleToUInt32Bits(value);

    public static float Half(ulong bits) => (float)BitConverter.UInt16BitsToHalf((ushort)bits);

    public static float Brain(ulong bits) => BitConverter.UInt32BitsToSingle((uint)(ushort)bits << 16);

    private static double Double(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    private static ulong Of(double value) => BitConverter.DoubleToUInt64Bits(value);

    private static ulong Bit(bool value) => value ? 1UL : 0;

    // .ftz: a subnormal counts as zero of its sign.
    private static float Flushed(float value) => float.IsSubnormal(value) ? MathF.CopySign(0, value) : value;

    private static ulong NarrowHalf(float value) =>
        float.IsNaN(value) ? 0x7FFFu : BitConverter.HalfToUInt16Bits((Half)value);

    private static ulong NarrowBrain(float value)
    {
        if (float.IsNaN(value))
            return 0x7FFF;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    }

    // Relations of floating-point values are false where one is not a number, but for those that end in u: true.
    private static Func<ulong, ulong, ulong, ulong>? Comparison(string relation, string type) => type switch
    {
        "f32" => relation switch
        {
            "eq" => (a, b, _) => Bit(Single(a) == Single(b)),
            "lt" => (a, b, _) => Bit(Single(a) < Single(b)),
            "gt" => (a, b, _) => Bit(Single(a) > Single(b)),
            "le" => (a, b, _) => Bit(Single(a) <= Single(b)),
            "ge" => (a, b, _) => Bit(Single(a) >= Single(b)),
            "neu" => (a, b, _) => Bit(!(Single(a) == Single(b))),
            _ => null,
        },
        "s32" or "b32" => Ordered(relation, a => (int)a),
        "s64" => Ordered(relation, a => (long)a),
        "u32" => Ordered(relation, a => (uint)a),
        _ => null,
    };

    private static Func<ulong, ulong, ulong, ulong>? Ordered(string relation, Func<ulong, long> value) =>
        relation switch
        {
            "eq" => (a, b, _) => Bit(value(a) == value(b)),
            "ne" => (a, b, _) => Bit(value(a) != value(b)),
            "lt" => (a, b, _) => Bit(value(a) < value(b)),
            "le" => (a, b, _) => Bit(value(a) <= value(b)),
            "gt" => (a, b, _) => Bit(value(a) > value(b)),
            "ge" => (a, b, _) => Bit(value(a) >= value(b)),
            _ => null,
        };
}
