using System.Reflection;
using System.Runtime.InteropServices;
using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices;

namespace Sextant.Measurement.Tests;

public class BackendOpCatalogTests
{
    // What a backend does besides its ops; copies to this process are measured by 'bench peak --device'.
    private static readonly string[] s_noOps = [nameof(Backend.Reserve), nameof(Backend.Download),
        nameof(Backend.Dispose)];

    [Fact]
    public void EveryOpOfABackendHasBenchCases()
    {
        IEnumerable<string> methods = typeof(Backend)
            .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.IsAbstract
                && method.ReturnType == typeof(void)).Select(method => method.Name).Except(s_noOps);
        Assert.Equal(methods.Order(), BackendOpCatalog.Ops.Select(op => op.Method).Order());
    }

    public static TheoryData<string> Ops() => [.. BackendOpCatalog.Ops.Select(op => op.Op)];

    [Theory]
    [MemberData(nameof(Ops))]
    public void EveryCaseHasTheBitsOfTheScalarReferenceAndIsNearDouble(string name)
    {
        BackendOp op = BackendOpCatalog.Ops.Single(one => one.Op == name);
        foreach (string variant in op.Variants)
        {
            BackendCase one = op.Create(SmallShape(op), variant);
            Accuracy accuracy = Compare(one, one, InstructionSets.Supported[0]);
            Assert.True(accuracy.BitEqual, $"{name} {variant}: {accuracy}");
            Assert.True(accuracy.IsSound, $"{name} {variant}: {accuracy}");
            Assert.True(accuracy.Compared > 0 && one.Bytes > 0);
        }
    }

    [Theory]
    [MemberData(nameof(Ops))]
    public void FewerRowsAreTheFirstRowsOfMore(string name)
    {
        BackendOp op = BackendOpCatalog.Ops.Single(one => one.Op == name);
        int[] less = SmallShape(op);
        less[0]--;
        Accuracy accuracy = Compare(
            op.Create(SmallShape(op), op.Variants[0]), op.Create(less, op.Variants[0]), Isa.Reference);
        Assert.True(accuracy.BitEqual && accuracy.Compared > 0, $"{name}: {accuracy}");
    }

    private static Accuracy Compare(BackendCase one, BackendCase reference, Isa isa)
    {
        using PlacedCase actual = On(one, isa), expected = On(reference, Isa.Reference);
        for (int i = 0; i < 3; i++)
            actual.Run();
        return Accuracy.Of(
            MemoryMarshal.Cast<float, int>(actual.Result()), MemoryMarshal.Cast<float, int>(expected.Result()),
            integer: false, 1,
            one.Exact);
    }

    private static PlacedCase On(BackendCase one, Isa isa) =>
        new(one, new CpuDevice(new KernelSet(isa), null).CreateBackend(Precision.Exact, 1));

    // A few of everything, no multiples of a vector.
    internal static int[] SmallShape(BackendOp op) => op.Op switch
    {
        "attention" => [3, 70, 2, 20],
        "rope" => [5, 3, 16],
        "gather" => [13, 40, 37],
        _ => [.. op.ShapeForm.Split(',').Select((_, i) => new[] { 13, 70, 37 }[i])],
    };
}
