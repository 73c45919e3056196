namespace Sextant.Tokens;

/// <summary>Every word is a token; what is not in the vocabulary is the unknown token.</summary>
internal sealed class WordLevel : TokenModel
{
    private readonly int _unknownId;

    private WordLevel(Vocabulary vocabulary, int unknownId) => (Vocabulary, _unknownId) = (vocabulary, unknownId);

    internal override Vocabulary Vocabulary { get; }

    internal static TokenModel Read(ModelFields model)
    {
        model.Fields.Allow("vocab", "unk_token");
        Vocabulary vocabulary = model.Vocabulary();
        string unknown = model.OptionalText("unk_token") ?? "<unk>";
        if (!vocabulary.TryGetId(unknown, out int id))
        {
            throw new InvalidModelException(model.Fields.File, $"the unknown token '{ComponentFields.Short(unknown)}' "
                + $"is not in the vocabulary of {vocabulary.Count} tokens; WordLevel needs it.");
        }
        return new WordLevel(vocabulary, id);
    }

    internal override void Tokenize(ReadOnlySpan<char> word, PieceList pieces)
    {
        pieces.Clear();
        pieces.Add(Vocabulary.TryGetId(word, out int id) ? id : _unknownId, 0, word.Length);
    }
}
