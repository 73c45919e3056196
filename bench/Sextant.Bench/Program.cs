using System.Globalization;
using Sextant.Bench;
using Sextant.Bench.Checks;
using Sextant.Bench.Peers;
using Sextant.Measurement.Models;

const string Usage = """
    usage: Sextant.Bench COMMAND

      benchmarks [--record FILE] [FLAGS]
                                 the cases of 'sextant bench --quick' under BenchmarkDotNet: --list flat, --filter
                                 '*gemm*'; its record is for 'sextant bench compare', which needs 7 iterations
                                 (--iterationCount 9); --inProcess: without building a program for each
      agree                      the clockwork of 'sextant bench' against a plain loop, in turns
      errors                     elementary functions, default model and families against double, from a checkout's root
      families [SHAPE...]        one shape of each family with its fixture's error, or those named
      tokenizers FOLDER...       speeds of tokenizer.json files
      tokenizer-peers VOCAB.TXT  Microsoft.ML.Tokenizers and FastBertTokenizer in turns with ours
      index                      a million codes of 1024 bits on disk
      device D THREADS           products on cuda[:N] or opencl[:N] and on the processor, in turns
      peers onnxruntime|pytorch|llamacpp[-bf16|-q8_0] SHAPE THREADS FOLDER
      peers faiss VECTORS DIMENSIONS FOLDER
                                 other engines in turns with ours: bench/peers/README.md
      device-peers D FOLDER SHAPE:BATCHES...
                                 PyTorch on cuda[:N] in turns with ours, bge-base:32x128,64x512: bench/device
      write SHAPE f32|f16|bf16   writes a model of random weights and prints its folder
    """;

string root = Path.Combine(Path.GetTempPath(), "sextant-bench");
try
{
    switch (args)
    {
        case ["benchmarks", .. var rest]:
            Benchmarks.Run(rest);
            return 0;
        case ["families", .. var names]:
            FamilyReport.Run(root, names);
            return 0;
        case ["tokenizers", _, ..]:
            TokenizerReport.Run(args.AsSpan(1));
            return 0;
        case ["tokenizer-peers", var vocabulary]:
            TokenizerPeers.Run(vocabulary);
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
        case ["peers", "onnxruntime" or "pytorch" or "llamacpp" or "llamacpp-bf16" or "llamacpp-q8_0",
            var shape, var threads, var output]:
            ModelPeers.Run(args[1], SyntheticModel.Named(shape), Number(threads), root, output);
            return 0;
        case ["device-peers", var choice, var output, _, ..]:
            DevicePeers.Run(choice, args[3..], root, output);
            return 0;
        case ["peers", "faiss", var vectors, var dimensions, var output]:
            SearchPeers.Run(Number(vectors), Number(dimensions), root, output);
            return 0;
        case [] or ["help" or "--help" or "-h" or "--list"]:
            Console.WriteLine(Usage);
            return args.Length == 0 ? 2 : 0;
        default:
            Console.Error.WriteLine($"'{string.Join(' ', args)}' is no command here.\n{Usage}");
            return 2;
    }
}
catch (Exception problem) when (problem is InvalidOperationException or ArgumentException or FormatException
    or IOException or Sextant.SextantException)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
