namespace Sextant.Tokens;

/// <summary>What a step of a program does.</summary>
internal enum PatternStep
{
    /// <summary>Takes one code point of a set.</summary>
    Take,

    /// <summary>Goes two ways, the first one first.</summary>
    Fork,

    /// <summary>Goes on where the code point after the position (or the end) is as wanted.</summary>
    LookAhead,

    /// <summary>Goes on where the code point before the position (or the beginning) is as wanted.</summary>
    LookBehind,

    /// <summary>Goes on at the edge of a word, or, inverted, anywhere else.</summary>
    WordEdge,

    /// <summary>The pattern matches.</summary>
    Match,
}

/// <summary>One step: what it does, its set, what it does at the text's edge, and where it goes.</summary>
internal readonly record struct PatternInstruction(
    PatternStep Step, CodePointSet Set, bool Flag = false, int Next = 0, int Other = 0);

/// <summary>
/// A pattern as steps that fork: Thompson's construction, written backwards so that every goal is known.
/// </summary>
internal sealed class PatternProgram
{
    private const int StepLimit = 2000;

    private readonly List<PatternInstruction> _steps = [];
    private readonly PatternWork _work;

    /// <exception cref="PatternException">The pattern needs too many steps.</exception>
    internal PatternProgram(PatternNode pattern, PatternWork work)
    {
        _work = work;
        int match = Add(new PatternInstruction(PatternStep.Match, CodePointSet.Empty));
        Start = Write(pattern, match);
    }

    internal int Start { get; }

    internal IReadOnlyList<PatternInstruction> Steps => _steps;

    private int Write(PatternNode node, int next)
    {
        _work.Take(1);
        switch (node)
        {
            case SetNode one:
                return Add(new PatternInstruction(PatternStep.Take, one.Set, Next: next));
            case LookNode look:
                return Add(new PatternInstruction(
                    look.Ahead ? PatternStep.LookAhead : PatternStep.LookBehind, look.Set, look.AtEdge, next));
            case WordEdgeNode edge:
                return Add(new PatternInstruction(PatternStep.WordEdge, PatternClasses.Word, edge.Inverted, next));
            case SequenceNode sequence:
                for (int i = sequence.Parts.Count - 1; i >= 0; i--)
                    next = Write(sequence.Parts[i], next);
                return next;
            case ChoiceNode choice:
                int entry = Write(choice.Alternatives[^1], next);
                for (int i = choice.Alternatives.Count - 2; i >= 0; i--)
                    entry = Fork(Write(choice.Alternatives[i], next), entry, lazy: false);
                return entry;
            case RepeatNode repeat:
                return WriteRepeat(repeat, next);
            default:
                throw new PatternException($"the piece {node.GetType().Name}");
        }
    }

    private int WriteRepeat(RepeatNode repeat, int next)
    {
        if (repeat.Max < 0)
        {
            int loop = Add(default);
            int body = Write(repeat.Body, loop);
            _steps[loop] = repeat.Lazy
                ? new PatternInstruction(PatternStep.Fork, CodePointSet.Empty, Next: next, Other: body)
                : new PatternInstruction(PatternStep.Fork, CodePointSet.Empty, Next: body, Other: next);
            next = loop;
        }
        else
        {
            int end = next;
            for (int i = repeat.Min; i < repeat.Max; i++)
                next = Fork(Write(repeat.Body, next), end, repeat.Lazy);
        }
        for (int i = 0; i < repeat.Min; i++)
        {
            int after = next;
            next = Write(repeat.Body, after);
            // A body without a step is the same however often it is repeated.
            if (next == after)
                break;
        }
        return next;
    }

    private int Fork(int first, int second, bool lazy) => Add(new PatternInstruction(PatternStep.Fork,
        CodePointSet.Empty, Next: lazy ? second : first, Other: lazy ? first : second));

    private int Add(PatternInstruction step)
    {
        if (_steps.Count == StepLimit)
            throw new PatternException($"more than {StepLimit} steps");
        _steps.Add(step);
        return _steps.Count - 1;
    }
}
