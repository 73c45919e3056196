namespace Sextant.Tokens;

/// <summary>A piece of a parsed pattern.</summary>
internal abstract record PatternNode;

/// <summary>One code point of a set.</summary>
internal sealed record SetNode(CodePointSet Set) : PatternNode;

/// <summary>One piece after the other; none: the empty text.</summary>
internal sealed record SequenceNode(List<PatternNode> Parts) : PatternNode;

/// <summary>The first alternative that leads to a match.</summary>
internal sealed record ChoiceNode(List<PatternNode> Alternatives) : PatternNode;

/// <summary>A piece several times; as often as possible, or, when lazy, as rarely.</summary>
/// <param name="Body">What is repeated.</param>
/// <param name="Min">Minimum repetitions.</param>
/// <param name="Max">Maximum repetitions; −1: no limit.</param>
/// <param name="Lazy">Whether fewer repetitions are tried first.</param>
internal sealed record RepeatNode(PatternNode Body, int Min, int Max, bool Lazy) : PatternNode;

/// <summary>A condition on the code point before or after a position; where there is none, the edge decides.</summary>
/// <param name="Ahead">Whether it looks at the code point after the position.</param>
/// <param name="Set">Code points that fulfil it.</param>
/// <param name="AtEdge">Whether the text's edge fulfils it.</param>
internal sealed record LookNode(bool Ahead, CodePointSet Set, bool AtEdge) : PatternNode;

/// <summary>A position between a word code point and another one, or (not) so.</summary>
internal sealed record WordEdgeNode(bool Inverted) : PatternNode;
