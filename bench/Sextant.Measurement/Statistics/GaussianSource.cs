namespace Sextant.Measurement.Statistics;

/// <summary>Normally distributed numbers, the same for the same seed (Box and Muller, 1958).</summary>
internal sealed class GaussianSource(int seed)
{
    private readonly Random _random = new(seed);
    private float _spare = float.NaN;

    public float Next()
    {
        if (!float.IsNaN(_spare))
        {
            float spare = _spare;
            _spare = float.NaN;
            return spare;
        }
        float radius = MathF.Sqrt(-2 * MathF.Log(1 - _random.NextSingle()));
        (float sine, float cosine) = MathF.SinCos(2 * MathF.PI * _random.NextSingle());
        _spare = radius * sine;
        return radius * cosine;
    }

    public float[] Next(int count, float scale)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = scale * Next();
        return values;
    }
}
