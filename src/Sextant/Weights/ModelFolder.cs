namespace Sextant.Weights;

/// <summary>
/// Looks at a model's folder before anything of it is read, so that the first error is the one that helps.
/// </summary>
internal static class ModelFolder
{
    private const string Onnx =
        "a graph for ONNX engines, not weights ('sextant convert' makes a model folder of a BERT encoder's export)";

    // What other engines read, and how it is called.
    private static readonly (string Pattern, string Kind)[] s_others =
    [
        ("pytorch_model*.bin", "a pickle, which is never read; save the model as safetensors"),
        ("*.onnx", Onnx),
        ("onnx/*.onnx", Onnx),
        ("openvino/*.xml", "a graph for OpenVINO, not weights"),
        ("*.gguf", "llama.cpp's format"),
        ("tf_model.h5", "TensorFlow's format"),
        ("flax_model.msgpack", "Flax's format"),
    ];

    /// <summary>Fails where there is no folder, or where it holds weights of formats that are not read alone.</summary>
    /// <exception cref="InvalidModelException">It says what is there and what to do.</exception>
    public static void Require(string folder)
    {
        if (File.Exists(folder))
            throw new InvalidModelException(folder, "is a file; a model is a folder with config.json and safetensors.");
        if (!Directory.Exists(folder))
            throw new InvalidModelException(folder, "there is no such folder.");
        bool isOwn = File.Exists(Path.Combine(folder, "modules.json"))
            || Directory.EnumerateFiles(folder, "*.safetensors*").Any();
        if (!isOwn && Others(folder) is { Length: > 0 } others)
        {
            throw new InvalidModelException(
                folder, "holds no safetensors." + others + " Most models are published with a model.safetensors "
                    + "beside it: put that, config.json and the tokenizer's files into this folder.");
        }
    }

    /// <summary>
    /// What else a folder holds, a sentence that begins with a space; empty where that is nothing known.
    /// </summary>
    public static string Others(string folder)
    {
        foreach ((string pattern, string kind) in s_others)
        {
            string parent = Path.Combine(folder, Path.GetDirectoryName(pattern)!);
            if (Directory.Exists(parent)
                && Directory.EnumerateFiles(parent, Path.GetFileName(pattern)).Order().FirstOrDefault() is { } file)
                return $" Its {Path.GetRelativePath(folder, file)} is {kind}.";
        }
        return "";
    }
}
