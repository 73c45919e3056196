using System.Globalization;
using Sextant.Passages;

namespace Sextant.Tests.Passages;

public class WordTermsTests
{
    [Theory]
    [InlineData("", new string[] { })]
    [InlineData(" .,;\n-_ ", new string[] { })]
    [InlineData("Don't STOP", new[] { "don", "t", "stop" })]
    [InlineData("e-mail max_tokens x86 3.14", new[] { "e", "mail", "max", "tokens", "x86", "3", "14" })]
    [InlineData("the The THE", new[] { "the", "the", "the" })]
    [InlineData("\u00DCber \u00E9 e\u0301", new[] { "\u00FCber", "\u00E9", "e\u0301" })]
    [InlineData("\u03A3\u039F\u03A3", new[] { "\u03C3\u03BF\u03C3" })]
    [InlineData("\u6771\u4EAC tower", new[] { "\u6771", "\u4EAC", "tower" })]
    [InlineData("\U00010400\U00010401", new[] { "\U00010428\U00010429" })]
    [InlineData("a\uD800b", new[] { "a", "b" })]
    [InlineData("a\u00A0b\u2014c \u2260 d", new[] { "a", "b", "c", "d" })]
    public void TermsAreLowerCasedRunsOfLettersAndDigits(string text, string[] expected) =>
        Assert.Equal(expected, Terms(text));

    [Fact]
    public void TheCultureDoesNotCount()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = Turkish();
            Assert.Equal(["title"], Terms("TITLE"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static CultureInfo Turkish()
    {
        try
        {
            return CultureInfo.GetCultureInfo("tr-TR");
        }
        catch (CultureNotFoundException)
        {
            Assert.Skip("This process knows no culture but the invariant one.");
            throw;
        }
    }

    private static List<string> Terms(string text)
    {
        var terms = new List<string>();
        WordTerms.Split(text, terms);
        return terms;
    }
}
