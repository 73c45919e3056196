using System.Runtime.CompilerServices;
using Sextant.Kernels.Elementary;
using Sextant.Kernels.Vectors;
using static Sextant.Kernels.Elementary.ElementaryConstants;

namespace Sextant.Kernels.Activation;

// Activations in place, a vector at a time. Independent vectors overlap in the processor, so the loop stays plain.

internal static unsafe class ActivationF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    /// <summary>x [rows, columns] ← kind(x), in place; rows are <paramref name="stride"/> elements apart.</summary>
    public static void Run(ActivationKind kind, float* x, nint stride, int rows, int columns)
    {
        switch (kind)
        {
            case ActivationKind.Gelu: Run<Gelu>(x, stride, rows, columns); break;
            case ActivationKind.GeluTanh: Run<GeluTanh>(x, stride, rows, columns); break;
            case ActivationKind.Relu: Run<Relu>(x, stride, rows, columns); break;
            case ActivationKind.Silu: Run<Silu>(x, stride, rows, columns); break;
            case ActivationKind.Tanh: Run<Tanh>(x, stride, rows, columns); break;
            case ActivationKind.Sigmoid: Run<Sigmoid>(x, stride, rows, columns); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TFunction>(float* x, nint stride, int rows, int columns)
        where TFunction : struct, IFunction
    {
        float* tail = stackalloc float[16];
        for (int row = 0; row < rows; row++, x += stride)
        {
            int i = 0;
            for (; i <= columns - TIsa.Count; i += TIsa.Count)
                TIsa.Store(x + i, TFunction.Apply(TIsa.Load(x + i)));
            if (i == columns)
                continue;
            for (int j = 0; j < 16; j++)
                tail[j] = i + j < columns ? x[i + j] : 0f;
            TIsa.Store(tail, TFunction.Apply(TIsa.Load(tail)));
            for (int j = 0; i + j < columns; j++)
                x[i + j] = tail[j];
        }
    }

    /// <summary>An activation of a vector.</summary>
    internal interface IFunction
    {
        static abstract TVector Apply(TVector x);
    }

    internal readonly struct Identity : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x) => x;
    }

    internal readonly struct Gelu : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x)
        {
            TVector erf = ElementaryF32<TIsa, TVector>.Erf(TIsa.Multiply(x, TIsa.Broadcast(SqrtHalf)));
            return TIsa.Multiply(TIsa.Multiply(TIsa.Broadcast(0.5f), x), TIsa.Add(TIsa.Broadcast(1f), erf));
        }
    }

    internal readonly struct GeluTanh : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x)
        {
            TVector cubic = TIsa.Fma(TIsa.Broadcast(GeluTanhCubic), TIsa.Multiply(TIsa.Multiply(x, x), x), x);
            TVector tanh = ElementaryF32<TIsa, TVector>.Tanh(TIsa.Multiply(TIsa.Broadcast(GeluTanhScale), cubic));
            return TIsa.Multiply(TIsa.Multiply(TIsa.Broadcast(0.5f), x), TIsa.Add(TIsa.Broadcast(1f), tanh));
        }
    }

    internal readonly struct Relu : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x) => TIsa.Max(x, TIsa.Zero);
    }

    internal readonly struct Silu : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x) => TIsa.Divide(x, OnePlusExpOfMinus(x));
    }

    internal readonly struct Tanh : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x) => ElementaryF32<TIsa, TVector>.Tanh(x);
    }

    internal readonly struct Sigmoid : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x) => TIsa.Divide(TIsa.Broadcast(1f), OnePlusExpOfMinus(x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector OnePlusExpOfMinus(TVector x) =>
        TIsa.Add(TIsa.Broadcast(1f), ElementaryF32<TIsa, TVector>.Exp(TIsa.Subtract(TIsa.Zero, x)));
}
