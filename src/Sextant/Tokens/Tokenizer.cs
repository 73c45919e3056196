namespace Sextant.Tokens;

/// <summary>
/// A tokenizer as a model's files describe it. Immutable once loaded and free of locks: any number of threads may use
/// one, each with its own <see cref="TokenBuffer"/>. Results depend neither on culture nor on the platform's Unicode
/// tables.
/// </summary>
/// <remarks>
/// The file format is defined by Hugging Face's tokenizers; where descriptions differ, its results are followed. A lone
/// surrogate counts as U+FFFD, as it would after a conversion to UTF-8.
/// The steps of a file may make at most 65,536 UTF-16 units of a text, and 64 for each of its own, and read or write at
/// most 2²⁴ units, and 1,024 for each of its own: tens of times what published tokenizers need. A file that asks for
/// more is refused by an <see cref="InvalidModelException"/>, when it is loaded or when a text shows it.
/// </remarks>
public sealed class Tokenizer
{
    private const string JsonName = "tokenizer.json", VocabularyName = "vocab.txt";

    private readonly string _file;
    private readonly TokenPipeline _pipeline;
    private readonly Vocabulary _vocabulary;
    private readonly PostProcessor _frame;
    private readonly Decoder? _decoder;
    private readonly TokenSpaces? _spaces;

    // Buffers for calls that bring none: taken and put back atomically, one per processor at most.
    private readonly TokenBuffer?[] _spares = new TokenBuffer?[Environment.ProcessorCount];

    private Tokenizer(TokenizerParts parts)
    {
        (_file, _pipeline) = (parts.File, new TokenPipeline(parts));
        _vocabulary = parts.Model.Vocabulary;
        (_frame, _decoder) = (parts.PostProcessor, parts.Decoder);
        (FileTruncation, FilePadding) = (parts.Truncation, parts.Padding);
        (GivesTypes, Notes) = (parts.GivesTypes, parts.Notes);
        VocabularySize = Math.Max(_vocabulary.Size, _pipeline.AddedTokens.HighestId + 1);
        _spaces = _frame.TrimsOffsets ? new TokenSpaces(_vocabulary) : null;
        UnknownId = parts.Model.UnknownId;
        CheckFrame(parts.File, isPair: false);
        CheckFrame(parts.File, isPair: true);
    }

    /// <summary>Highest token id + 1, added tokens included.</summary>
    public int VocabularySize { get; }

    /// <summary>Truncation and padding as the file asks for them; not applied unless these options are given.</summary>
    public EncodeOptions FileOptions => new EncodeOptions { Padding = FilePadding }.With(FileTruncation);

    internal TruncationSettings? FileTruncation { get; }

    internal PaddingSettings? FilePadding { get; }

    internal TokenPipeline Pipeline => _pipeline;

    /// <summary>Whether a model is given the token types; otherwise all of them are 0.</summary>
    internal bool GivesTypes { get; }

    /// <summary>What was found in the files and not used, or used instead of something else, a line each.</summary>
    internal IReadOnlyList<string> Notes { get; }

    /// <summary>The id that stands for what the vocabulary cannot spell; -1 for none.</summary>
    internal int UnknownId { get; }

    /// <summary>Whether a folder holds a tokenizer: a tokenizer.json or a vocab.txt.</summary>
    public static bool ExistsIn(string folder) =>
        File.Exists(Path.Combine(folder, JsonName)) || File.Exists(Path.Combine(folder, VocabularyName));

    /// <summary>
    /// Loads tokenizer.json, or else vocab.txt, with what transformers takes from the files beside it:
    /// tokenizer_config.json, and added_tokens.json and special_tokens_map.json of older folders.
    /// </summary>
    /// <exception cref="InvalidModelException">Neither is there, or a file is damaged or not supported.</exception>
    public static Tokenizer LoadFolder(string folder) => LoadFolder(folder, lowercase: false);

    /// <summary>Loads a tokenizer.json.</summary>
    /// <exception cref="InvalidModelException">The file is missing, damaged, or asks for something not
    /// supported.</exception>
    public static Tokenizer LoadFile(string tokenizerJson) => new(TokenizerJson.Read(tokenizerJson));

    /// <summary>Loads a vocab.txt as BERT uses it: [CLS], [SEP], [UNK], words of up to 100 code points.</summary>
    /// <exception cref="InvalidModelException">The file is missing, damaged, or lacks one of BERT's tokens.</exception>
    public static Tokenizer LoadVocabulary(
        string vocabularyText, bool lowercase = true, bool? stripAccents = null, bool spaceIdeographs = true) =>
        new(VocabularyText.Read(vocabularyText,
            new BertSettings { Lowercase = lowercase, StripAccents = stripAccents, Ideographs = spaceIdeographs }));

    /// <summary>Special tokens that encoding adds to a text or a pair.</summary>
    public int SpecialTokenCount(bool pair) => _frame.SpecialTokenCount(pair);

    /// <summary>Looks up the id of a token by its exact text, continuation prefix included.</summary>
    public bool TryGetId(ReadOnlySpan<char> token, out int id)
    {
        if (!_pipeline.AddedTokens.TryGet(token, out AddedToken added))
            return _vocabulary.TryGetId(token, out id);
        id = added.Id;
        return true;
    }

    /// <summary>Text of a token.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No token has this id.</exception>
    public string TokenText(int id) =>
        Text(id) ?? throw new ArgumentOutOfRangeException(nameof(id), id, "No token has this id.");

    /// <summary>Looks up the text of a token.</summary>
    public bool TryGetText(int id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? text) =>
        (text = Text(id)) is not null;

    /// <summary>Encodes a text; the buffer's former content is replaced.</summary>
    /// <exception cref="ArgumentException">The options contradict each other or the special tokens.</exception>
    /// <exception cref="UnsupportedRequestException">The text cannot be cut as the options ask.</exception>
    /// <exception cref="InvalidModelException">The file's steps make far more of the text: see the remarks.</exception>
    public void Encode(ReadOnlySpan<char> text, TokenBuffer buffer, in EncodeOptions options = default) =>
        Encode(text, default, isPair: false, buffer, options);

    /// <summary>Encodes two texts as one input; an empty second text is still a second text.</summary>
    /// <exception cref="ArgumentException">The options contradict each other or the special tokens.</exception>
    /// <exception cref="UnsupportedRequestException">The texts cannot be cut as the options ask.</exception>
    /// <exception cref="InvalidModelException">The file's steps make far more of a text: see the remarks.</exception>
    public void EncodePair(
        ReadOnlySpan<char> text, ReadOnlySpan<char> pair, TokenBuffer buffer, in EncodeOptions options = default) =>
        Encode(text, pair, isPair: true, buffer, options);

    /// <summary>Counts the tokens of a text without keeping them.</summary>
    public int CountTokens(ReadOnlySpan<char> text, bool addSpecialTokens = true)
    {
        TokenBuffer spare = TakeSpare(out int slot);
        spare.First.Begin(0, TruncationSide.Right, offsets: false, spaces: null);
        _pipeline.Run(spare.Scratch.Sanitize(text), spare.Scratch, spare.First, offsets: false);
        long count = spare.First.Total + (addSpecialTokens ? SpecialTokenCount(pair: false) : 0);
        Volatile.Write(ref _spares[slot], spare);
        return (int)Math.Min(count, int.MaxValue);
    }

    /// <summary>
    /// The text that tokens stand for, as far as they still tell; ids that no token has are left out.
    /// </summary>
    /// <exception cref="InvalidModelException">The file's decoder makes far more of the tokens than a text: see the
    /// remarks.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var tokens = new List<string>(ids.Length);
        long units = 0;
        foreach (int id in ids)
        {
            if (skipSpecialTokens && _pipeline.AddedTokens.TryGet(id, out AddedToken added) && added.Special)
                continue;
            if (Text(id) is not string text)
                continue;
            tokens.Add(text);
            units += text.Length;
        }
        if (_decoder is null)
            return string.Join(' ', tokens);
        var budget = new TextBudget();
        budget.Begin(_file, units);
        return string.Concat(_decoder.Run(tokens, budget));
    }

    /// <summary>The same, with texts lower-cased first where that is asked for.</summary>
    internal static Tokenizer LoadFolder(string folder, bool lowercase)
    {
        TokenizerParts parts = PartsIn(folder);
        return new Tokenizer(lowercase ? parts.Lowercased() : parts);
    }

    private static TokenizerParts PartsIn(string folder)
    {
        string json = Path.Combine(folder, JsonName), vocabulary = Path.Combine(folder, VocabularyName);
        if (File.Exists(json))
            return ConfigOverrides.Apply(TokenizerJson.Read(json), TokenizerConfig.Read(folder));
        if (!File.Exists(vocabulary))
        {
            throw new InvalidModelException(folder,
                $"holds neither {JsonName} nor {VocabularyName}; a tokenizer is one of them.");
        }
        TokenizerConfig config = TokenizerConfig.Read(folder);
        return ConfigOverrides.Apply(VocabularyText.Read(vocabulary, BertSettings.Of(config)), config);
    }

    private string? Text(int id)
    {
        if (_pipeline.AddedTokens.TryGet(id, out AddedToken added))
            return added.Content;
        return _vocabulary.Contains(id) ? _vocabulary.TextOfId(id).ToString() : null;
    }

    private void Encode(
        ReadOnlySpan<char> text, ReadOnlySpan<char> pair, bool isPair, TokenBuffer buffer, in EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        int limit = TruncationLimit.Of(options, _frame.SpecialTokenCount(isPair));
        buffer.Begin(_frame, isPair, options);
        Run(text, buffer, buffer.First, limit, options);
        if (isPair)
            Run(pair, buffer, buffer.Second, limit, options);
        (int first, int second) = TruncationLimit.Lengths(
            buffer.First.Total, isPair ? buffer.Second.Total : null, limit, options.Strategy);
        buffer.First.Cut(first, options.Stride, options.KeepOverflow);
        if (isPair)
            buffer.Second.Cut(second, options.Stride, options.KeepOverflow);
        buffer.Complete();
    }

    private void Run(
        ReadOnlySpan<char> text, TokenBuffer buffer, SequenceTokens tokens, int limit, in EncodeOptions options)
    {
        bool offsets = options.Offsets != OffsetUnit.None;
        tokens.Begin(options.KeepOverflow ? int.MaxValue : limit, options.Side, offsets, _spaces, options.StopAtLimit);
        ReadOnlySpan<char> sound = buffer.Scratch.Sanitize(text);
        _pipeline.Run(sound, buffer.Scratch, tokens, offsets);
        tokens.Complete();
        if (options.Offsets == OffsetUnit.CodePoints)
            tokens.CountCodePoints(buffer.Scratch.SurrogatePairs(sound));
    }

    private TokenBuffer TakeSpare(out int slot)
    {
        int first = Environment.CurrentManagedThreadId % _spares.Length;
        for (int i = 0; i < _spares.Length; i++)
        {
            slot = (first + i) % _spares.Length;
            if (Interlocked.Exchange(ref _spares[slot], null) is TokenBuffer spare)
                return spare;
        }
        slot = first;
        return new TokenBuffer();
    }

    private void CheckFrame(string file, bool isPair)
    {
        foreach (TemplatePart part in _frame.Parts(isPair))
        {
            foreach (int id in part.SpecialIds)
            {
                if (!_vocabulary.Contains(id) && !_pipeline.AddedTokens.TryGet(id, out _))
                {
                    throw new InvalidModelException(
                        file, $"'post_processor' adds the token {id}, which the vocabulary lacks.");
                }
            }
        }
    }
}
