namespace Sextant.Passages;

/// <summary>Cuts English words down to what their forms share: of "connected" and "connections", "connect".</summary>
/// <remarks>
/// The Porter2 stemmer: M. F. Porter, "The English (Porter2) stemming algorithm", snowballstem.org, as Snowball 3
/// defines it. Names of steps and regions are the definition's: R1 is what follows the first consonant after a vowel,
/// R2 the same within R1. Inside, 'Y' is a y that is a consonant. Thread-safe.
/// </remarks>
internal static class EnglishStemmer
{
    /// <summary>Longer words are left as they are: they are no words.</summary>
    public const int MaxLength = 64;

    private static readonly (string Word, string Stem)[] Exceptions =
    [
        ("skis", "ski"), ("skies", "sky"), ("idly", "idl"), ("gently", "gentl"), ("ugly", "ugli"), ("early", "earli"),
        ("only", "onli"), ("singly", "singl"), ("sky", "sky"), ("news", "news"), ("howe", "howe"), ("atlas", "atlas"),
        ("cosmos", "cosmos"), ("bias", "bias"), ("andes", "andes"),
    ];

    // Beginnings after which R1 starts, although the rule would let it start elsewhere.
    private static readonly string[] Beginnings =
        ["gener", "commun", "arsen", "past", "univers", "later", "emerg", "organ", "inter"];

    private static readonly string[] UnchangedIng = ["inn", "out", "cann", "herr", "earr", "even"];

    private static readonly string[] UnchangedEed = ["proc", "exc", "succ"];

    // Longest first, so that the first that fits is the longest that does.
    private static readonly (string Suffix, string Replacement)[] Step2 =
    [
        ("ization", "ize"), ("ational", "ate"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"),
        ("tional", "tion"), ("biliti", "ble"), ("lessli", "less"), ("entli", "ent"), ("ation", "ate"),
        ("alism", "al"), ("aliti", "al"), ("ousli", "ous"), ("iviti", "ive"), ("fulli", "ful"), ("ogist", "og"),
        ("enci", "ence"), ("anci", "ance"), ("abli", "able"), ("izer", "ize"), ("ator", "ate"), ("alli", "al"),
        ("bli", "ble"), ("ogi", "og"), ("li", ""),
    ];

    private static readonly (string Suffix, string Replacement)[] Step3 =
    [
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ative", ""),
        ("ical", "ic"), ("ness", ""), ("ful", ""),
    ];

    private static readonly string[] Step4 =
    [
        "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion",
        "al", "er", "ic",
    ];

    /// <summary>Cuts a word down, in place, and returns its new length.</summary>
    /// <param name="buffer">The word in lower case, and room for one letter more.</param>
    /// <param name="length">Letters of the word.</param>
    public static int Stem(Span<char> buffer, int length)
    {
        if (length is < 3 or > MaxLength)
            return length;
        foreach ((string exception, string stem) in Exceptions)
        {
            if (buffer[..length].SequenceEqual(exception))
            {
                stem.CopyTo(buffer);
                return stem.Length;
            }
        }
        var word = new Word(buffer, length);
        word.Prepare();
        word.Plural();
        word.PastAndParticiple();
        word.FinalY();
        word.Replace(Step2, isSecond: true);
        word.Replace(Step3, isSecond: false);
        word.Remove();
        word.FinalLetter();
        return word.Finish();
    }

    private ref struct Word(Span<char> buffer, int length)
    {
        private readonly Span<char> _buffer = buffer;
        private int _length = length;
        private int _r1;
        private int _r2;

        private readonly ReadOnlySpan<char> Letters => _buffer[.._length];

        public void Prepare()
        {
            if (_buffer[0] == '\'')
            {
                _buffer[1.._length].CopyTo(_buffer);
                _length--;
            }
            for (int i = 0; i < _length; i++)
            {
                if (_buffer[i] == 'y' && (i == 0 || IsVowel(_buffer[i - 1])))
                    _buffer[i] = 'Y';
            }
            _r1 = AfterVowelAndConsonant(0);
            foreach (string beginning in Beginnings)
            {
                if (Letters.StartsWith(beginning))
                    _r1 = beginning.Length;
            }
            _r2 = AfterVowelAndConsonant(_r1);
        }

        // Step 1a.
        public void Plural()
        {
            if (!(CutIf("'s'") || CutIf("'s")))
                CutIf("'");
            if (Ends("sses"))
            {
                _length -= 2;
            }
            else if (Ends("ied") || Ends("ies"))
            {
                _length -= _length > 4 ? 2 : 1;
            }
            else if (Ends("s") && !Ends("us") && !Ends("ss") && _length > 2
                && HasVowel(_length - 2))
            {
                _length--;
            }
        }

        // Step 1b.
        public void PastAndParticiple()
        {
            foreach (string suffix in (ReadOnlySpan<string>)["eedly", "eed"])
            {
                if (!Ends(suffix))
                    continue;
                int start = _length - suffix.Length;
                if (start >= _r1 && Array.IndexOf(UnchangedEed, Letters[..start].ToString()) < 0)
                    _length = start + 2;
                return;
            }
            string? found = Ends("ingly") ? "ingly" : Ends("edly") ? "edly"
                : Ends("ing") ? "ing" : Ends("ed") ? "ed" : null;
            if (found is null)
                return;
            int stem = _length - found.Length;
            if (found == "ing")
            {
                if (stem == 2 && _buffer[1] is 'y' or 'Y' && !IsVowel(_buffer[0]))
                {
                    "ie".CopyTo(_buffer[1..]); // dying: die
                    _length = 3;
                    return;
                }
                if (Array.IndexOf(UnchangedIng, Letters[..stem].ToString()) >= 0)
                    return;
            }
            if (!HasVowel(stem))
                return;
            _length = stem;
            if (Ends("at") || Ends("bl") || Ends("iz"))
                _buffer[_length++] = 'e';
            else if (EndsDouble())
                _length -= _length == 3 && _buffer[0] is 'a' or 'e' or 'o' ? 0 : 1;
            else if (_length == _r1 && EndsShort(_length))
                _buffer[_length++] = 'e';
        }

        // Step 1c.
        public readonly void FinalY()
        {
            if (_length > 2 && _buffer[_length - 1] is 'y' or 'Y' && !IsVowel(_buffer[_length - 2]))
                _buffer[_length - 1] = 'i';
        }

        // Steps 2 and 3: the longest suffix decides, also where it is not in its region.
        public void Replace((string Suffix, string Replacement)[] rules, bool isSecond)
        {
            foreach ((string suffix, string replacement) in rules)
            {
                if (!Ends(suffix))
                    continue;
                int start = _length - suffix.Length;
                char before = start > 0 ? _buffer[start - 1] : '\0';
                bool fits = suffix switch
                {
                    "ogi" => before == 'l',
                    "li" when isSecond => before is 'c' or 'd' or 'e' or 'g' or 'h' or 'k' or 'm' or 'n' or 'r' or 't',
                    "ative" => start >= _r2,
                    _ => true,
                };
                if (start >= _r1 && fits)
                {
                    replacement.CopyTo(_buffer[start..]);
                    _length = start + replacement.Length;
                }
                return;
            }
        }

        // Step 4.
        public void Remove()
        {
            foreach (string suffix in Step4)
            {
                if (!Ends(suffix))
                    continue;
                int start = _length - suffix.Length;
                if (start >= _r2 && (suffix != "ion" || (start > 0 && _buffer[start - 1] is 's' or 't')))
                    _length = start;
                return;
            }
        }

        // Step 5.
        public void FinalLetter()
        {
            int start = _length - 1;
            if (Ends("e") && (start >= _r2 || (start >= _r1 && !EndsShort(start))))
                _length--;
            else if (Ends("ll") && start >= _r2)
                _length--;
        }

        public readonly int Finish()
        {
            _buffer[.._length].Replace('Y', 'y');
            return _length;
        }

        private readonly bool Ends(string suffix) => Letters.EndsWith(suffix);

        private bool CutIf(string suffix)
        {
            if (!Ends(suffix))
                return false;
            _length -= suffix.Length;
            return true;
        }

        private readonly int AfterVowelAndConsonant(int from)
        {
            int i = from;
            while (i < _length && !IsVowel(_buffer[i]))
                i++;
            while (i < _length && IsVowel(_buffer[i]))
                i++;
            return Math.Min(i + 1, _length);
        }

        private readonly bool HasVowel(int length)
        {
            for (int i = 0; i < length; i++)
            {
                if (IsVowel(_buffer[i]))
                    return true;
            }
            return false;
        }

        private readonly bool EndsDouble() =>
            _length >= 2 && _buffer[_length - 1] == _buffer[_length - 2]
            && _buffer[_length - 1] is 'b' or 'd' or 'f' or 'g' or 'm' or 'n' or 'p' or 'r' or 't';

        // A short syllable at the end: consonant, vowel, consonant other than w, x and Y; or vowel, consonant alone.
        private readonly bool EndsShort(int length)
        {
            ReadOnlySpan<char> word = _buffer[..length];
            if (length == 2)
                return IsVowel(word[0]) && !IsVowel(word[1]);
            if (length < 2)
                return false;
            return (!IsVowel(word[^3]) && IsVowel(word[^2]) && !IsVowel(word[^1]) && word[^1] is not ('w' or 'x' or 'Y'))
                || word.EndsWith("past");
        }

        private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';
    }
}
