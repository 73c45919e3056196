// What an accelerator must do as IEEE 754 says before it may be trusted with exact mode. inputs [n,3] → outputs [n,6].
using ILGPU;

namespace Sextant.Ilgpu.Kernels;

internal struct ProbeArguments : IKernelArguments<ProbeArguments>
{
    public ArrayView<float> Inputs;
    public int Count;
    public ArrayView<float> Outputs;

    public static ProbeArguments Read(ref ArgumentReader from) => new()
    {
        Inputs = from.View<float>(),
        Count = from.Int(),
        Outputs = from.View<float>(),
    };
}

internal static class Probe
{
    public static void Arithmetic(ProbeArguments p)
    {
        int i = (Grid.IdxX * 256) + Group.IdxX;
        if (i >= p.Count)
            return;
        float a = p.Inputs[3 * i];
        float b = p.Inputs[(3 * i) + 1];
        float c = p.Inputs[(3 * i) + 2];
        int to = 6 * i;
        p.Outputs[to] = Exact.Fma(a, b, c);
        p.Outputs[to + 1] = Exact.Add(Exact.Mul(a, b), c); // two roundings: must not be contracted
        p.Outputs[to + 2] = Exact.Div(a, b);
        p.Outputs[to + 3] = Exact.Sqrt(a);
        p.Outputs[to + 4] = Exact.Add(a, b);               // denormals and the signs of zeros come out of these two
        p.Outputs[to + 5] = Exact.Mul(a, b);
    }
}

/// <summary>
/// What ILGPU's compilers and the driver's have got wrong where kernels were written otherwise: reassociation, zeros,
/// comparisons with NaN, population counts, barriers over shared memory. inputs [n,2] → outputs [n,8], whole groups.
/// </summary>
internal static class CompilerProbe
{
    public static void Run(ProbeArguments p)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(256);
        int i = (Grid.IdxX * 256) + Group.IdxX;
        float a = p.Inputs[2 * i];
        float b = p.Inputs[(2 * i) + 1];
        shared[Group.IdxX] = a;
        Group.Barrier();
        int to = 8 * i;
        p.Outputs[to] = Exact.Add(Exact.Add(a, 0.1f), 0.7f);
        p.Outputs[to + 1] = Exact.Mul(Exact.Mul(a, 0.1f), 0.7f);
        p.Outputs[to + 2] = Exact.Sub(0f, a);
        p.Outputs[to + 3] = Exact.Add(a, 0f);
        float which = 0f;
        if (Exact.Above(3f, a) && !Exact.Above(a, b))
            which = 1f;
        p.Outputs[to + 4] = !Exact.Above(a, b) ? Exact.Add(which, 2f) : which;
        p.Outputs[to + 5] = Exact.Above(-87f, a) ? 1f : Exact.Max(a, b);
        p.Outputs[to + 6] = (float)IntrinsicMath.PopCount((ulong)Interop.FloatAsInt(a) * 0x9E3779B97F4A7C15ul);
        p.Outputs[to + 7] = shared[255 - Group.IdxX];
    }
}
