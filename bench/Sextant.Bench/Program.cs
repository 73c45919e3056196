using Sextant.Bench;
using Sextant.Kernels;

string root = Path.Combine(Path.GetTempPath(), "sextant-bench");
switch (args)
{
    case ["gemm", .. var rest]:
        Isa isa = rest.Length > 0 ? InstructionSets.Parse(rest[0]) : InstructionSets.Supported[0];
        foreach (StoredType type in Enum.GetValues<StoredType>())
            GemmReport.Run(isa, type);
        return 0;
    case ["encoder", var shape, var type, var threads]:
        EncoderReport.Run(SyntheticModel.Named(shape), type, int.Parse(threads, System.Globalization.CultureInfo.InvariantCulture), root);
        return 0;
    default:
        Console.Error.WriteLine("usage: gemm [ISA] | encoder minilm|bge-base f32|f16|bf16 THREADS");
        return 2;
}
