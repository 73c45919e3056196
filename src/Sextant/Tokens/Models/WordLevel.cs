namespace Sextant.Tokens;

/// <summary>Every word is a token; what is not in the vocabulary is the unknown token.</summary>
internal sealed class WordLevel : TokenModel
{
    private readonly UnknownWord _unknown;

    private WordLevel(Vocabulary vocabulary, UnknownWord unknown) => (Vocabulary, _unknown) = (vocabulary, unknown);

    internal override Vocabulary Vocabulary { get; }

    internal override int UnknownId => _unknown.Id;

    internal static TokenModel Read(ModelFields model)
    {
        model.Fields.Expect("vocab", "unk_token");
        Vocabulary vocabulary = model.Vocabulary();
        return new WordLevel(vocabulary, model.UnknownWord(vocabulary, model.OptionalText("unk_token") ?? "<unk>"));
    }

    internal override void Tokenize(ReadOnlySpan<char> word, PieceList pieces)
    {
        pieces.Clear();
        pieces.Add(Vocabulary.TryGetId(word, out int id) ? id : _unknown.IdFor(word), 0, word.Length);
    }
}
