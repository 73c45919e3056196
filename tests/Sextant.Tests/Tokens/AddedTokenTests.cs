using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>The flags of added tokens, as the reference's documentation of its AddedToken describes them.</summary>
public class AddedTokenTests
{
    [Theory]
    [InlineData("x<m>y", "", "x|[<m>]|y")]
    [InlineData("x <m> y", "", "x |[<m>]| y")]
    [InlineData("x <m> y", "l", "x|[ <m>]| y")]
    [InlineData("x <m> \ty", "r", "x |[<m> \t]|y")]
    [InlineData("x <m> y", "lr", "x|[ <m> ]|y")]
    [InlineData("x<m>y <m> <m>", "w", "x<m>y |[<m>]| |[<m>]")]
    [InlineData("<m>-é<m>", "w", "[<m>]|-é<m>")]
    [InlineData("<m><m>", "l", "[<m>]|[<m>]")]
    [InlineData(" <m>  <m>", "lr", "[ <m>  ]|[<m>]")]
    [InlineData("<m", "", "<m")]
    [InlineData("", "", "")]
    public void FlagsSayHowFarATokenReaches(string text, string flags, string expected)
    {
        var token = new AddedToken(
            "<m>", 7, true, false, flags.Contains('w'), flags.Contains('l'), flags.Contains('r'));
        Assert.Equal(expected, Splits(text, [("<m>", token)]));
    }

    [Fact]
    public void LeftmostThenLongestWins()
    {
        (string, AddedToken)[] tokens = [.. new[] { "a", "ab", "abcd", "bc", "cde", "ab" }.Select(content =>
            (content, new AddedToken(content, 0, false, false, false, false, false)))];
        Assert.Equal("[abcd]|e", Splits("abcde", tokens));
        Assert.Equal("[ab]|[cde]", Splits("abcde", tokens[1..2].Concat(tokens[3..]).ToArray()));
        Assert.Equal("x|[ab]|c|[a]", Splits("xabca", tokens));
    }

    [Theory]
    [InlineData("<m> \nx", "\n", "[<m> \n]|x")]
    [InlineData("<m>  zb", " z", "[<m>  ]|[z]|b")]
    [InlineData("<m>  \n\n<m>", "\n", "[<m>  \n\n]|[<m>]")]
    public void WhiteSpaceGoesToTheTokenThatSwallowedItFirst(string text, string second, string expected)
    {
        (string, AddedToken)[] tokens =
        [
            ("<m>", new AddedToken("<m>", 7, true, false, SingleWord: false, StripLeft: false, StripRight: true)),
            (second, new AddedToken(second, 8, true, false, SingleWord: false, StripLeft: true, StripRight: false)),
        ];
        Assert.Equal(expected, Splits(text, tokens));
    }

    private static string Splits(string text, (string, AddedToken)[] tokens)
    {
        var parts = new List<string>();
        var splits = new AddedTokenSplits(new TokenMatcher([.. tokens]), text, new TextBudget());
        while (splits.MoveNext())
        {
            string part = text[splits.Start..splits.End];
            parts.Add(splits.Token is null ? part : $"[{part}]");
        }
        return string.Join('|', parts);
    }
}
