using System.Globalization;

namespace Sextant.Codes;

/// <summary>The check that all codes make of what they write into.</summary>
internal static class CodeLength
{
    public static void Require(int needed, int given, string name)
    {
        if (given < needed)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"the code needs room for {needed} elements; {given} are given."),
                name);
        }
    }
}
