namespace Sextant.Measurement.Reports;

/// <summary>Maps values to pixels, by their logarithm where they span much; has ticks at round numbers.</summary>
internal sealed class Axis
{
    private readonly double _low;
    private readonly double _high;
    private readonly double _from;
    private readonly double _to;
    private readonly bool _logarithmic;

    /// <summary>
    /// An axis from pixel <paramref name="from"/> to <paramref name="to"/> that holds all values, greater than zero.
    /// </summary>
    public Axis(IEnumerable<double> values, double from, double to, bool logarithmic)
    {
        (_from, _to, _logarithmic) = (from, to, logarithmic);
        double[] all = [.. values.Where(value => value > 0 && double.IsFinite(value))];
        (double low, double high) = all.Length == 0 ? (1, 10) : (all.Min(), all.Max());
        if (logarithmic)
        {
            (_low, _high) = (Math.Log10(low * 0.8), Math.Log10(high * 1.25));
        }
        else
        {
            double margin = Math.Max((high - low) * 0.08, high * 0.02);
            (_low, _high) = (Math.Max(0, low - margin), high + margin);
        }
    }

    /// <summary>The smallest value that is inside.</summary>
    public double Low => _logarithmic ? Math.Pow(10, _low) : _low;

    public double At(double value)
    {
        double position = _logarithmic ? Math.Log10(Math.Max(value, 1e-300)) : value;
        return _from + (Math.Clamp(position, _low, _high) - _low) / (_high - _low) * (_to - _from);
    }

    /// <summary>What a title says of the scale.</summary>
    public string Scale => _logarithmic ? " (logarithmic)" : "";

    /// <summary>Lines between the ticks that show a logarithmic scale: 1, 2, … 9 times powers of ten.</summary>
    public IEnumerable<double> MinorTicks()
    {
        if (!_logarithmic || _high - _low > 4)
            yield break;
        for (int power = (int)Math.Floor(_low); power <= _high; power++)
        {
            for (int step = 1; step <= 9; step++)
            {
                double value = step * Math.Pow(10, power);
                if (Math.Log10(value) >= _low && Math.Log10(value) <= _high)
                    yield return value;
            }
        }
    }

    /// <summary>Round values inside the axis: 1, 2, 5 times powers of ten.</summary>
    public List<double> Ticks()
    {
        var ticks = new List<double>();
        if (_logarithmic)
        {
            // A decade or two show 1, 2, 5; less shows more, and more shows powers alone.
            double[] steps = (_high - _low) switch
            {
                <= 0.7 => [1, 1.5, 2, 3, 4, 5, 7],
                <= 2.5 => [1, 2, 5],
                _ => [1],
            };
            for (int power = (int)Math.Floor(_low); power <= _high; power++)
            {
                foreach (double step in steps)
                {
                    double value = step * Math.Pow(10, power);
                    if (Math.Log10(value) >= _low && Math.Log10(value) <= _high)
                        ticks.Add(value);
                }
            }
            return ticks;
        }
        double raw = (_high - _low) / 5;
        double unit = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double size = unit * (raw / unit < 1.5 ? 1 : raw / unit < 3.5 ? 2 : raw / unit < 7.5 ? 5 : 10);
        for (double value = Math.Ceiling(_low / size) * size; value <= _high + size * 1e-9; value += size)
            ticks.Add(value);
        return ticks;
    }
}
