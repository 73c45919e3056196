namespace Sextant.Tokens;

/// <summary>What becomes of the delimiters that a text is split at.</summary>
internal enum SplitBehavior
{
    /// <summary>They go.</summary>
    Removed,

    /// <summary>Each is a word.</summary>
    Isolated,

    /// <summary>Each joins the word before it.</summary>
    MergedWithPrevious,

    /// <summary>Each joins the word after it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring ones are one word.</summary>
    Contiguous,
}

/// <summary>Makes words of the pieces of a text, delimiters and what is between them, as they come.</summary>
internal ref struct DelimitedWords(SplitBehavior behavior, WordList words)
{
    private int _start = -1, _end;
    private bool _wasDelimiter;

    internal static SplitBehavior ReadBehavior(ComponentFields fields) => fields.Text("behavior") switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        string other => throw fields.Refusal("behavior", $"'{ComponentFields.Short(other)}'",
            "Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"),
    };

    /// <summary>Takes the next piece, which begins where the one before ended.</summary>
    internal void Add(int start, int end, bool isDelimiter)
    {
        bool joins = behavior switch
        {
            SplitBehavior.MergedWithPrevious => isDelimiter && !_wasDelimiter,
            SplitBehavior.MergedWithNext => !isDelimiter && _wasDelimiter,
            SplitBehavior.Contiguous => isDelimiter == _wasDelimiter,
            _ => false,
        };
        if (joins && _start >= 0)
        {
            _end = end;
        }
        else
        {
            Complete();
            if (behavior != SplitBehavior.Removed || !isDelimiter)
                (_start, _end) = (start, end);
        }
        _wasDelimiter = isDelimiter;
    }

    /// <summary>Ends the text.</summary>
    internal void Complete()
    {
        if (_start >= 0)
            words.Add(_start, _end);
        _start = -1;
    }
}
