namespace Sextant;

/// <summary>JSON as Python writes and reads it, whose numbers may be Infinity.</summary>
internal static class PythonJson
{
    /// <summary>
    /// The text with numbers beyond the range of binary64 in place of Infinity and −Infinity; itself where it has none.
    /// </summary>
    internal static byte[] WithNumbers(byte[] json)
    {
        if (json.AsSpan().IndexOf("Infinity"u8) < 0)
            return json;
        var text = new List<byte>(json.Length);
        bool inString = false;
        for (int i = 0; i < json.Length; i++)
        {
            if (!inString && json.AsSpan(i).StartsWith("Infinity"u8))
            {
                text.AddRange("1e999"u8);
                i += "Infinity"u8.Length - 1;
                continue;
            }
            text.Add(json[i]);
            if (inString && json[i] == '\\' && i + 1 < json.Length)
                text.Add(json[++i]);
            else if (json[i] == '"')
                inString = !inString;
        }
        return [.. text];
    }
}
