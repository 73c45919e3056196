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
