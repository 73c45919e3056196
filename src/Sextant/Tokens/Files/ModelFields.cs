namespace Sextant.Tokens;

/// <summary>
/// The <c>model</c> of a tokenizer.json: its vocabulary, read straight from the file, and its other fields.
/// </summary>
internal sealed class ModelFields(ComponentFields fields, VocabularyBuilder? vocabulary)
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
            if (vocabulary is null)
                return "Unigram";
            return fields.Has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
        }
    }

    internal Vocabulary Vocabulary() =>
        new(vocabulary ?? throw fields.Refusal("vocab", "missing or no object", "an object of tokens and ids"));
}
