using System.Text;
using System.Text.RegularExpressions;
using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>
/// Patterns find what a backtracking matcher finds, in one pass, and refuse by name what they do not do.
/// </summary>
public class TextPatternTests
{
    private static readonly string[] Patterns =
    [
        "a", "ab|a", "a|ab", "(?:a|ab)(?:c|bcd)", "a*", "a*?b", "a+b|a", "(?:ab)*a", "a{2,3}", "a{2,3}?", "a{2}b?",
        "(a|b)*c", "[^ab]+", "[a-c ]+(?!c)", @"\s+(?!\S)|\s+", @" ?[^\s\d]+|\s+", @"\b\w+\b", @"\Bb", "^a|b$",
        @"(?<!a)b", @"(?<=a)b", @"(?=b)", "a(?=b|$)", "x*", "(?:a?b?)*c", "(?:a*)*b", "[a-b]?a|b+?", "", "(?i:a|bc)",
        @"'s|'t| ?\p{L}+| ?\p{N}+|\s+", "(?i)a", @"a\.b", "[]a]+", @"[\]\-a]+", "a|b|", "(?:|a)b", "a??b",
    ];

    // .NET's own matcher backtracks, so on ASCII, where all agree about classes, it says what is right. Its $ without
    // the option is another thing than here, so the option that makes them the same is on.
    [Fact]
    public void MatchesAreThoseOfABacktrackingMatcher()
    {
        var random = new Random(31);
        string[] texts = [.. Enumerable.Range(0, 400).Select(_ => Text(random))];
        foreach (string pattern in Patterns)
        {
            var wanted = new Regex(pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant);
            var actual = new TextPattern(PatternParser.Parse(pattern));
            foreach (string text in texts)
            {
                string expected = Wanted(wanted, text), found = Matches(actual, text);
                Assert.True(expected == found, $"/{pattern}/ on '{text}': wanted {expected}, got {found}");
            }
        }
    }

    // Possessive repetitions are not in .NET's syntax, but its atomic groups are the same.
    [Theory]
    [InlineData("a++b|a", "(?>a+)b|a")]
    [InlineData("a*+a", "(?>a*)a")]
    [InlineData("a?+a|b", "(?>a?)a|b")]
    [InlineData(@"[ab]++c|\s++$|b", @"(?>[ab]+)c|(?>\s+)$|b")]
    public void PossessiveRepetitionsGiveNothingBack(string pattern, string same)
    {
        var random = new Random(37);
        var wanted = new Regex(same, RegexOptions.Multiline);
        var actual = new TextPattern(PatternParser.Parse(pattern));
        for (int i = 0; i < 400; i++)
        {
            string text = Text(random);
            Assert.Equal(Wanted(wanted, text), Matches(actual, text));
        }
    }

    [Theory]
    [InlineData("(?>a)", "the group '(?>a")]
    [InlineData(@"(a)\1", @"the escape '\1'")]
    [InlineData("(?<name>a)", "the group '(?<n")]
    [InlineData("(?=ab)c", "a look-around at more than one code point")]
    [InlineData("(?:ab)++", "a possessive repetition of more than one code point")]
    [InlineData("[a&&b]", "an intersection")]
    [InlineData("[[:alpha:]]", "a POSIX bracket")]
    [InlineData("[b-a]", "a range without two ends in order")]
    [InlineData("[a", "a bracket without an end")]
    [InlineData("(a", "a group without an end")]
    [InlineData("a)", "a closing parenthesis without an opening")]
    [InlineData("*a", "a repetition of nothing")]
    [InlineData("a**", "two repetitions in a row")]
    [InlineData(@"\p{Klingon}", "the property 'Klingon'")]
    [InlineData(@"\pL", @"\p without a name in braces")]
    [InlineData(@"\x{110000}", "a hexadecimal escape that is no code point")]
    [InlineData(@"\k", @"the escape '\k'")]
    [InlineData("(?i:ss)", "ss, st, ff, fi or fl without regard to case")]
    [InlineData("(?i:é)", "a code point beyond ASCII without regard to case")]
    [InlineData("a{3,2}", "a count whose end is before its beginning")]
    [InlineData("(?:a{1,99}){1,99}", "more than 2000 steps")]
    [InlineData("(?:a|b)*a(?:a|b){20}", "more than 4096 states")]
    public void WhatIsNotSupportedIsNamed(string pattern, string problem) =>
        Assert.Contains(problem, Assert.Throws<PatternException>(
            () => new TextPattern(PatternParser.Parse(pattern))).Message, StringComparison.Ordinal);

    [Fact]
    public void GroupsAndBracketsMayBeDeepButNotWithoutEnd()
    {
        foreach (char open in "([")
            Assert.Throws<PatternException>(() => PatternParser.Parse(new string(open, 100_000)));
    }

    [Fact]
    public void LettersWithoutCaseAreTheMeasuredOnes()
    {
        // (?i:s) also takes the long s, (?i:k) the Kelvin sign, and no other letter takes anything beyond ASCII.
        Assert.Equal("0-1 1-2 2-3", Matches(new TextPattern(PatternParser.Parse("(?i:s)")), "sS\u017F\u212A"));
        Assert.Equal("0-1 1-2 2-3", Matches(new TextPattern(PatternParser.Parse("(?i:K)")), "kK\u212A\u017F"));
        Assert.Equal("0-1 1-2", Matches(new TextPattern(PatternParser.Parse("(?i:t)")), "tT\u017F\u212A"));
    }

    [Fact]
    public void CodePointsBeyondTheBasicPlaneAreOne() => Assert.Equal("0-2 3-5 5-6",
        Matches(new TextPattern(PatternParser.Parse(@"[\x{1F600}-\x{1F64F}]|.")), "\U0001F600\n\U0001F601x"));

    [Theory]
    [InlineData(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", true, true)]
    [InlineData(@"\s?\p{L}+", true, false)]
    [InlineData("the end", false, false)]
    [InlineData(@"\w+\b", false, false)]
    [InlineData(@"[^x]+", false, false)]
    public void WhereATextMayBeCutIsKnown(string pattern, bool worksInParts, bool matchesAtSpaces)
    {
        var compiled = new TextPattern(PatternParser.Parse(pattern));
        Assert.Equal((worksInParts, matchesAtSpaces), (compiled.WorksInParts, compiled.MatchesAtSpaces));
    }

    // An empty match where a longer one ended does not count here; .NET counts it.
    private static string Wanted(Regex pattern, string text)
    {
        var found = new List<string>();
        int longerEnd = -1;
        foreach (Match match in pattern.Matches(text))
        {
            int end = match.Index + match.Length;
            if (match.Length > 0 || match.Index != longerEnd)
                found.Add($"{match.Index}-{end}");
            longerEnd = match.Length > 0 ? end : longerEnd;
        }
        return string.Join(' ', found);
    }

    private static string Matches(TextPattern pattern, string text)
    {
        var found = new StringBuilder();
        var budget = new TextBudget();
        int last = -1;
        for (int from = 0; pattern.TryFind(text, from, last, budget, out int start, out int end); from = last = end)
            found.Append(found.Length == 0 ? "" : " ").Append(start).Append('-').Append(end);
        return found.ToString();
    }

    private static string Text(Random random) =>
        new([.. Enumerable.Range(0, random.Next(0, 12)).Select(_ => "aabbc A1 \n.x'st"[random.Next(15)])]);
}
