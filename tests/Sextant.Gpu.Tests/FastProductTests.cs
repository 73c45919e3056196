using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Tests;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>
/// The tensor-core product, emulated, against a sum in double of the same 16-bit factors: what is left is the rounding
/// of f32 sums. The kernel's own text runs: copies, positions in local memory, fragments, edges, epilogues.
/// </summary>
public class FastProductTests : ProductContract
{
    public static TheoryData<int, int, int> Shapes() => new()
    {
        { 1, 48, 16 }, { 1, 47, 7 }, { 2, 130, 33 }, { 5, 1, 1 }, { 7, 16, 64 }, { 8, 384, 100 }, { 17, 129, 31 },
        { 33, 64, 129 }, { 65, 100, 48 }, { 129, 131, 37 }, { 130, 257, 24 }, { 257, 129, 72 }, { 64, 64, 256 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ProductsAreThoseOfDouble(int rows, int outputs, int inputs)
    {
        var forms = Emulations.SelectMany(emulation => new[] { ElementType.F32, ElementType.F16 }.SelectMany(
            type => new[] { (emulation, type, whole: false), (emulation, type, whole: true) }));
        foreach ((FastEmulation emulation, ElementType type, bool whole) in TestData.Some(forms, rows))
        {
            Check(
                emulation, null, rows, outputs, inputs, type, whole,
                whole ? ActivationKind.Gelu : ActivationKind.Identity);
        }
    }

    [Fact]
    public void EveryActivationIsThere()
    {
        foreach (ActivationKind kind in Enum.GetValues<ActivationKind>())
            Check(FastEmulation.EarlyCopies, null, 20, 40, 32, ElementType.F32, true, kind);
    }

    [Fact]
    public void ARowHasTheSameBitsInEveryBatch()
    {
        // Rows decide which tile is taken; the first row is alike in all of them.
        const int Outputs = 160, Inputs = 200;
        float[]? first = null;
        foreach (int rows in new[] { 1, 31, 64, 150, 300 })
        {
            using var run = Run(FastEmulation.EarlyCopies);
            Tensor x = run.Put(rows, Inputs, FastValues.Of(1, rows * Inputs));
            Matrix w = run.Backend.LoadMatrix(
                new ArrayRows(Outputs, Inputs, ElementType.F32, FastValues.Of(2, Outputs * Inputs)), null);
            Tensor y = run.Poisoned(rows, Outputs);
            run.Backend.Linear(x, w, ActivationKind.Identity, default, y, default);
            float[] row = run.Get(y)[..Outputs];
            first ??= row;
            Assert.Equal(first, row);
        }
    }

    [Fact]
    public void AWeightThatIsTooLargeIsRefused()
    {
        using var run = Run(FastEmulation.EarlyCopies);
        _ = run.Backend.LoadMatrix(new ArrayRows(1, 8, ElementType.F16, new float[8]), null);
        var error = Assert.Throws<UnsupportedRequestException>(
            () => run.Backend.LoadMatrix(new ArrayRows(1, 1, ElementType.F32, [70000f]), null));
        Assert.Contains("70000", error.Message, StringComparison.Ordinal);
    }

    private protected override Backend Create(FastEmulation emulation) =>
        FastHere.CreateBackend(emulation);
}
