namespace Sextant.Tokens;

/// <summary>
/// Where a normalization form goes: composes what it is given, if asked to, and counts which code points of the source
/// each one comes from. A change says how: 1 for one more code point of the same origin, 0 for one in place of the next
/// one, −n for one in place of the next 1 + n.
/// </summary>
internal ref struct FormOutput(NormalizedText source, NormalizedText destination, bool composed)
{
    private int _origin, _last;
    private int _composee = -1, _composeeChange;
    private int _lastClass = -1;
    private int[] _waiting = source.Scratch;
    private int _waitingCount;

    /// <summary>Adds the next code point of the decomposition, with its combining class.</summary>
    internal void Add(int codePoint, int combining, int change)
    {
        if (!composed || (_composee < 0 && combining != 0))
        {
            Emit(codePoint, change);
            return;
        }
        if (_composee < 0)
        {
            (_composee, _composeeChange) = (codePoint, change);
            return;
        }
        // One that is blocked by a mark of the same or a higher class does not compose.
        int result = _lastClass >= 0 && _lastClass >= combining ? -1 : Compositions.Compose(_composee, codePoint);
        if (result >= 0)
        {
            (_composee, _composeeChange) = (result, _composeeChange + change - 1);
        }
        else if (combining == 0)
        {
            Purge();
            (_composee, _composeeChange) = (codePoint, change);
        }
        else
        {
            if (_waitingCount + 2 > _waiting.Length)
                Array.Resize(ref _waiting, _waiting.Length * 2);
            (_waiting[_waitingCount], _waiting[_waitingCount + 1]) = (codePoint, change);
            (_waitingCount, _lastClass) = (_waitingCount + 2, combining);
        }
    }

    /// <summary>Ends the text.</summary>
    internal void Complete()
    {
        if (_composee >= 0)
            Purge();
        source.Scratch = _waiting;
    }

    // The composed code point, then the marks that did not become part of it.
    private void Purge()
    {
        Emit(_composee, _composeeChange);
        for (int i = 0; i < _waitingCount; i += 2)
            Emit(_waiting[i], _waiting[i + 1]);
        (_composee, _lastClass, _waitingCount) = (-1, -1, 0);
    }

    private void Emit(int codePoint, int change)
    {
        int position = _last;
        ReadOnlySpan<char> units = source.Units;
        if (change <= 0 && _origin < units.Length)
        {
            position = _origin;
            for (; change <= 0 && _origin < units.Length; change++)
            {
                _last = _origin;
                _ = CodePoints.Next(units, ref _origin);
            }
        }
        destination.Append(codePoint, source, position);
    }
}
