using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sextant.Backends;

namespace Sextant.Extensions.AI;

/// <summary>Names all that decides the vectors of a generator: two that agree in it give the same ones.</summary>
internal static class VectorIdentity
{
    // What a model's folder holds beside its weights that can change a vector.
    private static readonly string[] s_names = ["vocab.txt", "merges.txt"];

    /// <summary>Reads the model's files once from end to end.</summary>
    public static string Of(EmbeddingModel model, Prompt prompt)
    {
        ModelCard card = model.Card;
        string[] files =
        [
            .. Directory.EnumerateFiles(card.Path, "*", SearchOption.AllDirectories)
                .Where(Decides)
                .OrderBy(file => Path.GetRelativePath(card.Path, file), StringComparer.Ordinal),
        ];
        string[] facts =
        [
            HashOf(files), .. files.Select(file => Path.GetRelativePath(card.Path, file)),
            card.Architecture, card.Pooling, card.LayersInUse, card.Attention, card.EndToken ?? "",
            card.Normalized ? "normalized" : "as they are", card.Truncation.ToString(), card.Precision.ToString(),
            card.Precision == Precision.Exact ? "" : card.Device, // exact vectors are the same on every device
            card.MaxTokens.ToString(CultureInfo.InvariantCulture), model.PromptText(prompt),
        ];
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', facts)));
        return string.Create(
            CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(hash.AsSpan(0, 16))}-{model.Dimensions}");
    }

    private static string HashOf(string[] files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
        foreach (string file in files)
        {
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(BitConverter.GetBytes(stream.Length));
            while (stream.Read(buffer) is > 0 and int count)
                hash.AppendData(buffer.AsSpan(0, count));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static bool Decides(string file)
    {
        string name = Path.GetFileName(file);
        return name.EndsWith(".safetensors", StringComparison.Ordinal)
            || name.EndsWith(".json", StringComparison.Ordinal) || s_names.Contains(name);
    }
}
