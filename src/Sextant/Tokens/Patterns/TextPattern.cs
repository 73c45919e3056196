namespace Sextant.Tokens;

/// <summary>
/// A compiled pattern. It finds what a backtracking matcher finds (the leftmost match, of the alternatives the first
/// that leads to one), but as an automaton, in one pass and without allocation. Immutable: one instance serves all
/// threads.
/// </summary>
/// <remarks>
/// A state is the ordered list of the steps a matcher could be at; a list ends where a match outranks the rest. It is
/// not known whether a step's look-ahead holds before the next code point is, so a match shows on the way out of a
/// state.
/// </remarks>
internal sealed class TextPattern
{
    private const int StateLimit = 4096, MatchFlag = 1 << 30, Dead = 0;

    private readonly PatternAlphabet _alphabet;
    private readonly int _columns;
    private readonly int[] _table;
    // State to begin in, by the class before the beginning; the last entry is for the beginning of the text.
    private readonly int[] _starts;
    // Where the row of that state is, when it is the same everywhere; else −1.
    private readonly int _onlyStart;
    // The only text that matches, if there is one: the runtime's search is faster than any automaton.
    private readonly string? _literal;

    /// <exception cref="PatternException">The pattern needs too many states.</exception>
    internal TextPattern(PatternNode pattern, PatternWork? work = null, string? literal = null)
    {
        work ??= new PatternWork();
        _literal = string.IsNullOrEmpty(literal) ? null : literal;
        var program = new PatternProgram(pattern, work);
        var sets = new List<CodePointSet>();
        bool looksBehind = false;
        foreach (PatternInstruction step in program.Steps)
        {
            if (!step.Set.IsEmpty && !sets.Contains(step.Set))
                sets.Add(step.Set);
            looksBehind |= step.Step is PatternStep.LookBehind or PatternStep.WordEdge;
        }
        _alphabet = new PatternAlphabet(sets, work);
        _columns = _alphabet.Count + 1;
        var builder = new Builder(program, _alphabet, looksBehind, work);
        (_table, _starts) = builder.Build();
        _onlyStart = looksBehind ? -1 : _starts[0] * _columns;
        WorksInParts = !looksBehind && EndsBeforeSpaces();
        MatchesAtSpaces = WorksInParts && MatchesAfterSpace();
    }

    /// <summary>
    /// Whether no match reaches from an ASCII letter or digit over a space after it, nor looks at that space: then a
    /// text may be cut between the two.
    /// </summary>
    internal bool WorksInParts { get; }

    /// <summary>Whether in addition there is always a match that begins at that space.</summary>
    internal bool MatchesAtSpaces { get; }

    /// <summary>Whether a match can have an ASCII letter or digit in it.</summary>
    internal bool TakesLettersOrDigits => ReachedByWords().Count > 0;

    /// <summary>Compiles a pattern that matches exactly a text of a file.</summary>
    internal static TextPattern Literal(ComponentFields fields, string text)
    {
        try
        {
            return new TextPattern(PatternParser.Literal(text), fields.Reading.Patterns, text);
        }
        catch (PatternException problem)
        {
            throw fields.Refusal(
                "pattern.String", $"'{ComponentFields.Short(text)}'", $"a text without {problem.Message}");
        }
    }

    /// <summary>Compiles a pattern of a file; <paramref name="fields"/> name it in a refusal.</summary>
    internal static TextPattern Read(ComponentFields fields, string pattern)
    {
        try
        {
            PatternWork work = fields.Reading.Patterns;
            return new TextPattern(PatternParser.Parse(pattern, work), work);
        }
        catch (PatternException problem)
        {
            throw fields.Refusal("pattern.Regex", $"'{ComponentFields.Short(pattern)}'",
                $"a pattern without {problem.Message}");
        }
    }

    /// <summary>
    /// Finds the next match at or after <paramref name="from"/>; <paramref name="lastEnd"/> is where the one before
    /// ended (−1: there was none), since an empty match there does not count. Every unit that is looked at is taken
    /// from the budget: a text may be looked at once for each position where a match could begin.
    /// </summary>
    internal bool TryFind(
        ReadOnlySpan<char> text, int from, int lastEnd, TextBudget budget, out int start, out int end)
    {
        if (_literal is not null)
        {
            int found = text[from..].IndexOf(_literal);
            (start, end) = found < 0 ? (text.Length, text.Length) : (from + found, from + found + _literal.Length);
            budget.Take((end - from) * (1 + _literal.Length / 32L));
            return found >= 0;
        }
        int[] table = _table;
        for (start = from; start <= text.Length;)
        {
            if (_onlyStart >= 0 && start < text.Length)
            {
                // Most positions of most texts are no beginning of a match.
                int next = start;
                if (table[_onlyStart + _alphabet.ClassOf(CodePoints.Next(text, ref next))] == Dead)
                {
                    start = next;
                    continue;
                }
            }
            int before = start == 0 ? _alphabet.Count : _alphabet.ClassOf(CodePoints.Previous(text, start));
            end = Run(text, start, _starts[before], budget);
            if (end > start || (end == start && end != lastEnd))
                return true;
            if (start == text.Length)
                break;
            _ = CodePoints.Next(text, ref start);
        }
        (start, end) = (text.Length, text.Length);
        return false;
    }

    // The end of the match that begins here, or −1.
    private int Run(ReadOnlySpan<char> text, int start, int state, TextBudget budget)
    {
        int[] table = _table;
        int end = -1, at = start;
        while (state != Dead)
        {
            if (at == text.Length)
            {
                end = (table[state * _columns + _alphabet.Count] & MatchFlag) != 0 ? at : end;
                break;
            }
            int next = at;
            int entry = table[state * _columns + _alphabet.ClassOf(CodePoints.Next(text, ref next))];
            if ((entry & MatchFlag) != 0)
                end = at;
            state = entry & ~MatchFlag;
            at = next;
        }
        budget.Take(at - start + 1);
        return end;
    }

    /// <summary>Whether a match can begin with this unit.</summary>
    internal bool CanBeginWith(char unit)
    {
        int column = _alphabet.ClassOf(unit);
        return Array.Exists(_starts, state => _table[state * _columns + column] != Dead);
    }

    private bool EndsBeforeSpaces()
    {
        int space = _alphabet.ClassOf(' ');
        foreach (int state in ReachedByWords())
        {
            int onSpace = _table[state * _columns + space], atEnd = _table[state * _columns + _alphabet.Count];
            if ((onSpace & ~MatchFlag) != Dead || (onSpace & MatchFlag) != (atEnd & MatchFlag))
                return false;
        }
        return true;
    }

    // The states that an ASCII letter or digit can lead to.
    private HashSet<int> ReachedByWords()
    {
        var reached = new HashSet<int>();
        for (int c = '0'; c <= 'z'; c++)
        {
            if (!char.IsAsciiLetterOrDigit((char)c))
                continue;
            int column = _alphabet.ClassOf(c);
            for (int state = 1; state < _table.Length / _columns; state++)
                reached.Add(_table[state * _columns + column] & ~MatchFlag);
        }
        reached.Remove(Dead);
        return reached;
    }

    private bool MatchesAfterSpace()
    {
        int state = _table[_starts[_alphabet.Count] * _columns + _alphabet.ClassOf(' ')] & ~MatchFlag;
        for (int column = 0; column < _columns && state != Dead; column++)
        {
            if ((_table[state * _columns + column] & MatchFlag) == 0)
                return false;
        }
        return state != Dead;
    }

    /// <summary>Makes the table: every state with every class, before any text is seen.</summary>
    private sealed class Builder(PatternProgram program, PatternAlphabet alphabet, bool looksBehind, PatternWork work)
    {
        private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
        private readonly List<(int[] Steps, int Before)> _states = [([], 0)];
        private readonly List<int> _table = [];
        private readonly int _columns = alphabet.Count + 1;
        // The closure in which a step was last met, and the one in which it was last added to a state.
        private readonly int[] _visited = new int[program.Steps.Count];
        private readonly int[] _added = new int[program.Steps.Count];
        private readonly Stack<int> _pending = new();
        private int _closure;

        internal (int[] Table, int[] Starts) Build()
        {
            int[] starts = new int[_columns];
            for (int before = 0; before < _columns; before++)
                starts[before] = Number([program.Start], before);
            _table.AddRange(new int[_columns]);
            for (int state = 1; state < _states.Count; state++)
            {
                for (int column = 0; column < _columns; column++)
                    _table.Add(Follow(_states[state].Steps, _states[state].Before, column));
            }
            return ([.. _table], starts);
        }

        private int Follow(int[] steps, int before, int column)
        {
            _closure++;
            var next = new List<int>();
            bool matches = false;
            foreach (int step in steps)
            {
                if (matches = Close(step, before, column, next))
                    break;
            }
            work.Take(1 + next.Count);
            int state = next.Count == 0 ? Dead : Number([.. next], column);
            return state | (matches ? MatchFlag : 0);
        }

        // Walks what needs no code point, in order; true once the pattern matches here, which outranks all that
        // follows.
        private bool Close(int first, int before, int column, List<int> next)
        {
            Stack<int> pending = _pending;
            pending.Clear();
            pending.Push(first);
            while (pending.TryPop(out int at))
            {
                work.Take(1);
                if (_visited[at] == _closure)
                    continue;
                _visited[at] = _closure;
                PatternInstruction step = program.Steps[at];
                switch (step.Step)
                {
                    case PatternStep.Match:
                        return true;
                    case PatternStep.Take:
                        if (Holds(step, column, atEdge: false) && _added[step.Next] != _closure)
                        {
                            _added[step.Next] = _closure;
                            next.Add(step.Next);
                        }
                        break;
                    case PatternStep.Fork:
                        pending.Push(step.Other);
                        pending.Push(step.Next);
                        break;
                    case PatternStep.WordEdge:
                        bool edge = Holds(step, before, false) != Holds(step, column, false);
                        if (edge != step.Flag)
                            pending.Push(step.Next);
                        break;
                    default:
                        if (Holds(step, step.Step == PatternStep.LookAhead ? column : before, step.Flag))
                            pending.Push(step.Next);
                        break;
                }
            }
            return false;
        }

        private bool Holds(PatternInstruction step, int column, bool atEdge) =>
            column == alphabet.Count ? atEdge : step.Set.Contains(alphabet.Samples[column]);

        private int Number(int[] steps, int before)
        {
            before = looksBehind ? before : 0;
            string key = $"{before}:{string.Join(',', steps)}";
            if (_numbers.TryGetValue(key, out int number))
                return number;
            if (_states.Count == StateLimit)
                throw new PatternException($"more than {StateLimit} states");
            _states.Add((steps, before));
            return _numbers[key] = _states.Count - 1;
        }
    }
}
