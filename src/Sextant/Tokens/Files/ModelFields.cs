namespace Sextant.Tokens;

/// <summary>
/// The <c>model</c> of a tokenizer.json: its long lists, read straight from the file, and its other fields.
/// </summary>
internal sealed class ModelFields(ComponentFields fields, ModelLists lists)
{
    internal ComponentFields Fields => fields;

    /// <summary>The model's type; older files leave it out, then the fields tell.</summary>
    internal string Type
    {
        get
        {
            if (fields.Has("type"))
                return fields.Text("type");
            if (fields.Has("merges"))
                return "BPE";
            if (lists.Vocabulary is null)
                return "Unigram";
            return fields.Has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
        }
    }

    internal Vocabulary Vocabulary() => new(lists.Vocabulary
        ?? throw fields.Refusal("vocab", "missing or no object", "an object of tokens and ids"));

    /// <summary>The tokens of a list of tokens and scores, whose ids are their positions.</summary>
    internal Vocabulary ScoredVocabulary(out double[] scores)
    {
        VocabularyBuilder tokens = lists.ScoredVocabulary
            ?? throw fields.Refusal("vocab", "missing or no list", "a list of [token, score]");
        scores = [.. lists.Scores];
        return new Vocabulary(tokens);
    }

    /// <summary>The unknown token, and a note where the vocabulary lacks it.</summary>
    internal UnknownWord UnknownWord(Vocabulary vocabulary, string token)
    {
        var unknown = new UnknownWord(vocabulary, token, fields.File);
        if (!unknown.IsThere)
        {
            fields.Reading.Note($"tokenizer.json: the unknown token '{ComponentFields.Short(token)}' is not in the "
                + "vocabulary; texts that need it are refused.");
        }
        return unknown;
    }

    /// <summary>The two parts of each merge, one after the other.</summary>
    internal VocabularyBuilder Merges() => lists.Merges
        ?? throw fields.Refusal("merges", "missing or no list", "a list of merges");

    /// <summary>A text that may be missing or null.</summary>
    internal string? OptionalText(string name) => fields.Optional(name) is null ? null : fields.Text(name);
}
