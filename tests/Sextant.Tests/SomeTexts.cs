namespace Sextant.Tests;

/// <summary>Texts of mixed lengths made of common words, the same at each run.</summary>
internal static class SomeTexts
{
    private static readonly string[] s_words =
        ("the a of and to in water light river stone music letter engine winter market garden number history teacher "
        + "doctor island mountain small large quickly under over between because when where which carries explains "
        + "measures writes builds unusual photosynthesis quantisation 1984 42 3.14 , . ? !").Split(' ');

    public static string[] Make(int count, int longest, int seed = 5)
    {
        var random = new Random(seed);
        var texts = new string[count];
        for (int i = 0; i < count; i++)
        {
            var words = new string[random.Next(longest + 1)];
            for (int w = 0; w < words.Length; w++)
                words[w] = s_words[random.Next(s_words.Length)];
            texts[i] = string.Join(' ', words);
        }
        return texts;
    }
}
