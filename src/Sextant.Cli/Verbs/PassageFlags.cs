using Sextant.Cli.Arguments;
using Sextant.Passages;
using Sextant.Tokens;

namespace Sextant.Cli.Verbs;

/// <summary>The flags that say how files are cut into passages.</summary>
internal static class PassageFlags
{
    // Fewer are no sentence, and their vector says little.
    private const int MinChunk = 8;

    public static readonly Flag Chunk = new(
        "--chunk", "N", "Maximum number of tokens of a passage, at least 8. Default: 128, or what the model takes if "
            + "that is less.");
    public static readonly Flag Overlap = new(
        "--overlap", "M", "Maximum number of tokens, in whole sentences, that a passage repeats from the one before. "
            + "Default: a quarter of --chunk.");

    public static int? ChunkOf(ArgumentValues arguments) => arguments.Number(Chunk, MinChunk, 1_000_000);

    public static int? OverlapOf(ArgumentValues arguments) => arguments.Number(Overlap, 0, 500_000);

    /// <summary>How to cut for a model.</summary>
    public static PassageOptions Options(EmbeddingModel model, int? chunk, int? overlap) =>
        Options(new ModelText(model.Tokenizer, model.MaxTokens), chunk, overlap);

    /// <summary>How to cut for what a model's files say of texts.</summary>
    public static PassageOptions Options(ModelText model, int? chunk, int? overlap)
    {
        int most = model.MaxTokens, room = most - model.Tokenizer.SpecialTokenCount(pair: false);
        if (room < 4)
            throw new InputException(
                FormattableString.Invariant($"a model that takes {most} tokens has no room for passages"));
        if (chunk > room)
        {
            throw new WrongUsageException(FormattableString.Invariant(
                $"--chunk is {chunk}; this model takes {most} tokens, which leaves {room} for a passage"));
        }
        int size = chunk ?? Math.Min(new PassageOptions().Chunk, room);
        if (overlap > size / 2)
        {
            throw new WrongUsageException(FormattableString.Invariant(
                $"--overlap is {overlap}; at most half of the {size} tokens of a passage can be repeated"));
        }
        return new PassageOptions { Chunk = size, Overlap = overlap ?? size / 4 };
    }

    /// <summary>A reader that counts with the model's tokenizer.</summary>
    public static PassageReader Reader(Tokenizer tokenizer, PassageOptions cutting) =>
        new(text => tokenizer.CountTokens(text, addSpecialTokens: false), cutting);
}
