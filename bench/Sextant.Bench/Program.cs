using System.Globalization;
using Sextant.Bench;
using Sextant.Bench.Checks;
using Sextant.Bench.Peers;
using Sextant.Measurement.Models;

string root = Path.Combine(Path.GetTempPath(), "sextant-bench");
try
{
    switch (args)
    {
        case ["benchmarks", .. var rest]:
            BenchmarkDotNet.Running.BenchmarkSwitcher.FromTypes([typeof(KernelBenchmarks), typeof(ModelBenchmarks)])
                .Run(rest);
            return 0;
        case ["families", .. var names]:
            FamilyReport.Run(root, names);
            return 0;
        case ["tokenizers", _, ..]:
            TokenizerReport.Run(args.AsSpan(1));
            return 0;
        case ["device", var choice, var threads]:
            DeviceReport.Run(choice, Number(threads));
            return 0;
        case ["errors"]:
            ErrorReport.Run(Directory.GetCurrentDirectory());
            return 0;
        case ["index"]:
            IndexReport.Run(root);
            return 0;
        case ["agree"]:
            return Agreement.Run(root);
        case ["write", var shape, var type]:
            Console.WriteLine(SyntheticModel.Named(shape).Write(root, type));
            return 0;
        case ["peers", "onnxruntime" or "pytorch", var shape, var threads, var output]:
            ModelPeers.Run(args[1], SyntheticModel.Named(shape), Number(threads), root, output);
            return 0;
        case ["peers", "faiss", var vectors, var dimensions, var output]:
            SearchPeers.Run(Number(vectors), Number(dimensions), root, output);
            return 0;
        default:
            Console.Error.WriteLine("usage: benchmarks [BenchmarkDotNet flags, such as --filter *Kernel*]");
            Console.Error.WriteLine(
                "       families [SHAPE ...]: one shape of each family with its fixture's error, or those named");
            Console.Error.WriteLine("       tokenizers FOLDER|tokenizer.json...");
            Console.Error.WriteLine(
                "       device cuda[:N]|opencl[:N] THREADS: products there and on the CPU, in turns");
            Console.Error.WriteLine("       errors: against double, from the root of a checkout");
            Console.Error.WriteLine("       index: a million codes of 1024 bits on disk");
            Console.Error.WriteLine("       agree: the clockwork of sextant bench against a plain loop");
            Console.Error.WriteLine("       write SHAPE f32|f16|bf16");
            Console.Error.WriteLine("       peers onnxruntime|pytorch SHAPE THREADS FOLDER");
            Console.Error.WriteLine("       peers faiss VECTORS DIMENSIONS FOLDER");
            return 2;
    }
}
catch (Exception problem) when (problem is InvalidOperationException or ArgumentException)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
