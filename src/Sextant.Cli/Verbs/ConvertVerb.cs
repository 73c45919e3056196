using System.Globalization;
using Sextant.Cli.Arguments;
using Sextant.Conversion;
using Sextant.Weights;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant convert</c>: an ONNX export of a BERT encoder, or a model folder into bytes: a folder that the other verbs
/// load.</summary>
internal sealed class ConvertVerb : Verb
{
    private static readonly Flag Vocabulary = new(
        "--vocab", "FILE", "The vocabulary, a word a line. An assembly may carry its own.");
    private static readonly Flag Pooling = new(
        "--pooling", "P", "mean or cls: how the vectors of tokens become the text's. The graph does not say it.");
    private static readonly Flag Type = new("--type", "T", "f32 or f16: what weights are stored as. Default: f32.");
    private static readonly Flag Int8 = new(
        "--int8", "", "Keep weights as bytes, with the vectors that --precision int8 has of the same model.");
    private static readonly Flag Output = new("--output", "DIR", "The folder to write, which must not be there yet.");
    private static readonly Flag MaxLength = new(
        "--max-length", "N", "Maximum number of tokens of a text, special ones included. Default: all positions of "
            + "the model.");
    private static readonly Flag QueryPrompt = new(
        "--query-prompt", "TEXT", "What the model wants before a query, to the letter. Default: nothing.");
    private static readonly Flag Cased = new(
        "--cased", "", "The vocabulary is for texts with their upper-case letters and accents.");
    private static readonly Flag Manifest = new(
        "--manifest", "FILE", "The SHA-256 that each tensor must have, as sha256sum writes them.");

    public override string Name => "convert";

    public override string Summary => "Turns an ONNX export of a BERT encoder into a model folder, or a model into "
        + "bytes.";

    public override string Usage => "MODEL.onnx --vocab FILE --pooling P --output DIR [flags] | MODEL --int8 --output "
        + "DIR";

    public override string Details =>
        "Reads weights and shapes out of the graph and writes them as sentence-transformers does. What BERT does not "
        + "have is refused by its name. MODEL.onnx may be a .NET assembly that carries an .onnx file as a resource. "
        + "With --int8 MODEL is a folder or a name, as --model takes it, of any family, and the new folder loads "
        + "without it.";

    public override Flag[] Flags =>
        [Vocabulary, Pooling, Type, Int8, Output, MaxLength, QueryPrompt, Cased, Manifest];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant convert model.onnx --vocab vocab.txt --pooling mean --type f16 --output my-model",
            "A folder for --model, with weights in 16 bits."),
        ("sextant convert minilm --int8 --output minilm-int8", "A quarter of the size, for --precision int8."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        if (arguments.Texts.Count != 1)
            throw new WrongUsageException($"one MODEL is needed, but there are {arguments.Texts.Count}");
        string folder = arguments.Text(Output) ?? throw new WrongUsageException("where to? give --output DIR");
        if (arguments.Has(Int8))
        {
            foreach (Flag flag in (Flag[])[Vocabulary, Pooling, Type, MaxLength, QueryPrompt, Cased, Manifest])
            {
                if (arguments.Has(flag))
                    throw new WrongUsageException($"{flag.Name} is for ONNX; --int8 takes a model folder");
            }
            string from = HubCache.Resolve(NamedModels.FolderOf(arguments.Texts[0]));
            return Say(Int8Conversion.Convert(from, folder), terminal);
        }
        string pooling = arguments.Choice(Pooling, "mean", "cls")
            ?? throw new WrongUsageException("give --pooling mean or cls, as the model was trained");
        ConvertedModel model = OnnxConversion.Convert(arguments.Texts[0], arguments.Text(Vocabulary), folder, new()
        {
            Pooling = pooling,
            IsHalf = arguments.Choice(Type, "f32", "f16") == "f16",
            MaxTokens = arguments.Number(MaxLength, 3, 1 << 20),
            QueryPrompt = arguments.Text(QueryPrompt),
            IsCased = arguments.Has(Cased),
            ManifestPath = arguments.Text(Manifest),
        });
        return Say(model, terminal);
    }

    private static int Say(ConvertedModel model, Terminal terminal)
    {
        terminal.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"sextant convert: {model.Path}: {model.Tensors} tensors converted, {model.Bytes} bytes, "
            + $"sha256 {model.Sha256}"));
        return Tool.Ok;
    }
}
