using System.Globalization;
using Sextant.Bench;
using Sextant.Bench.Peers;
using Sextant.Kernels;
using Sextant.Measurement.Models;

string root = Path.Combine(Path.GetTempPath(), "sextant-bench");
switch (args)
{
    case ["gemm", .. var names]:
        Isa isa = names.Length > 0 ? InstructionSets.Parse(names[0]) : InstructionSets.Supported[0];
        foreach (StoredType type in Enum.GetValues<StoredType>())
            GemmReport.Run(isa, type);
        return 0;
    case ["encoder", var shape, var type, var threads]:
        EncoderReport.Run(SyntheticModel.Named(shape), type, int.Parse(threads, CultureInfo.InvariantCulture), root);
        return 0;
    case ["families", .. var names]:
        FamilyReport.Run(root, names);
        return 0;
    case ["hamming", .. var team]:
        HammingReport.Run(team.Length > 0 ? int.Parse(team[0], CultureInfo.InvariantCulture) : 1);
        return 0;
    case ["tokenizers", _, ..]:
        TokenizerReport.Run(args.AsSpan(1));
        return 0;
    case ["benchmarks", .. var rest]:
        BenchmarkDotNet.Running.BenchmarkSwitcher.FromTypes([typeof(GemmBenchmarks), typeof(EncoderBenchmarks)]).Run(rest);
        return 0;
    case ["write", var shape, var type]:
        Console.WriteLine(SyntheticModel.Named(shape).Write(root, type));
        return 0;
    case ["peers", "onnxruntime", var shape, var threads]:
        try
        {
            PeerReport.Run(SyntheticModel.Named(shape), int.Parse(threads, CultureInfo.InvariantCulture), root);
            return 0;
        }
        catch (InvalidOperationException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    default:
        Console.Error.WriteLine("usage: gemm [ISA] | hamming [THREADS] | encoder minilm|bge-base f32|f16|bf16 THREADS");
        Console.Error.WriteLine("       families [SHAPE ...]: one shape of each family, or those named");
        Console.Error.WriteLine("       tokenizers FOLDER|tokenizer.json...");
        Console.Error.WriteLine("       benchmarks [BenchmarkDotNet flags, such as --filter *Gemm*]");
        Console.Error.WriteLine("       write minilm|bge-base f32|f16|bf16 | peers onnxruntime minilm|bge-base THREADS");
        return 2;
}
