using System.Globalization;
using Sextant.Kernels;

namespace Sextant.Codes;

/// <summary>
/// y = rows · (x − mean): principal components, fitted to a sample and put before any code.
/// </summary>
/// <remarks>
/// <para>Principal components keep distances and gather what varies in the first values. Queries and documents need
/// the same transform. Error: what lies in components that are left out.</para>
/// <para>Fitting is in double, eigenvectors by cyclic Jacobi rotations in a fixed order, the value of the greatest
/// magnitude of each being positive; applying is the Dot kernel. The same bits everywhere. Immutable;
/// thread-safe.</para>
/// </remarks>
internal sealed unsafe class LinearTransform
{
    private const int MaxSweeps = 60;

    private readonly DotKernel _dot = KernelSet.Chosen.Dot.Run;
    private readonly float[] _mean;
    private readonly float[] _rows;

    /// <summary>Takes a transform as it is.</summary>
    /// <param name="mean">[inputs].</param>
    /// <param name="rows">[outputs, inputs], row by row.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a value is not finite.</exception>
    public LinearTransform(ReadOnlySpan<float> mean, ReadOnlySpan<float> rows)
    {
        if (mean.IsEmpty || rows.IsEmpty || rows.Length % mean.Length != 0)
            throw new ArgumentException($"{rows.Length} values are not whole rows of {mean.Length}.", nameof(rows));
        FiniteValues.Require(mean, nameof(mean));
        FiniteValues.Require(rows, nameof(rows));
        (_mean, _rows) = (mean.ToArray(), rows.ToArray());
    }

    /// <summary>Length of the vectors that go in.</summary>
    public int Inputs => _mean.Length;

    /// <summary>Length of the vectors that come out.</summary>
    public int Outputs => _rows.Length / _mean.Length;

    /// <summary>What is taken from a vector first: [Inputs].</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>[Outputs, Inputs], row by row.</summary>
    public ReadOnlySpan<float> Rows => _rows;

    /// <summary>Fits principal components to a sample.</summary>
    /// <param name="vectors">[n, dimensions], row by row.</param>
    /// <param name="dimensions">Length of a vector.</param>
    /// <param name="outputs">Components to keep, those of the largest variance first.</param>
    /// <exception cref="ArgumentException">There are no whole vectors, or a value is not finite.</exception>
    public static LinearTransform Fit(ReadOnlySpan<float> vectors, int dimensions, int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputs, dimensions);
        if (vectors.IsEmpty || vectors.Length % dimensions != 0)
            throw new ArgumentException(
                $"{vectors.Length} values are not whole vectors of {dimensions}.", nameof(vectors));
        FiniteValues.Require(vectors, nameof(vectors));
        double[] mean = MeanOf(vectors, dimensions);
        double[][] matrix = Covariance(vectors, mean);
        double[][] basis = Diagonalise(matrix);
        // The order of the components: by variance, equal ones by their position.
        int[] order = [.. Enumerable.Range(0, dimensions).OrderByDescending(i => matrix[i][i]).ThenBy(i => i)];
        float[] rows = new float[outputs * dimensions];
        for (int row = 0; row < outputs; row++)
        {
            double[] axis = basis[order[row]];
            double sign = Sign(axis);
            for (int i = 0; i < dimensions; i++)
                rows[(row * dimensions) + i] = (float)(axis[i] * sign);
        }
        return new LinearTransform([.. mean.Select(value => (float)value)], rows);
    }

    /// <summary>The mean of a sample, summed in double in the order of its rows.</summary>
    internal static float[] CentreOf(ReadOnlySpan<float> vectors, int dimensions)
    {
        if (vectors.IsEmpty || vectors.Length % dimensions != 0)
            throw new ArgumentException(
                $"{vectors.Length} values are not whole vectors of {dimensions}.", nameof(vectors));
        FiniteValues.Require(vectors, nameof(vectors));
        return [.. MeanOf(vectors, dimensions).Select(value => (float)value)];
    }

    /// <summary>Transforms a vector.</summary>
    /// <param name="vector">[Inputs].</param>
    /// <param name="destination">[Outputs]; may not be the vector itself.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Apply(ReadOnlySpan<float> vector, Span<float> destination)
    {
        if (vector.Length != Inputs || destination.Length < Outputs)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{vector.Length} values to {destination.Length}; the transform takes {Inputs} to {Outputs}."),
                nameof(vector));
        }
        Span<float> centred = Inputs <= 4096 ? stackalloc float[Inputs] : new float[Inputs];
        for (int i = 0; i < centred.Length; i++)
            centred[i] = vector[i] - _mean[i];
        Project(centred, destination);
    }

    /// <summary>The same of a vector whose mean is taken away already, or is not to be: y = rows · x.</summary>
    internal void Project(ReadOnlySpan<float> vector, Span<float> destination)
    {
        fixed (float* x = vector, rows = _rows, y = destination)
            _dot(x, rows, Outputs, Inputs, y);
    }

    /// <summary>vector [Inputs] += rowsᵀ · y, y [Outputs]: back, where the rows are orthonormal.</summary>
    internal void AddInverse(ReadOnlySpan<float> y, Span<float> vector)
    {
        for (int row = 0; row < Outputs; row++)
        {
            for (int i = 0; i < vector.Length; i++)
                vector[i] = MathF.FusedMultiplyAdd(y[row], _rows[(row * Inputs) + i], vector[i]);
        }
    }

    // 1 where the value of the greatest magnitude, the first of equal ones, is positive; else −1.
    private static double Sign(double[] axis)
    {
        double greatest = 0;
        foreach (double value in axis)
            greatest = Math.Abs(value) > Math.Abs(greatest) ? value : greatest;
        return greatest < 0 ? -1 : 1;
    }

    private static double[] MeanOf(ReadOnlySpan<float> vectors, int dimensions)
    {
        double[] mean = new double[dimensions];
        for (int i = 0; i < vectors.Length; i++)
            mean[i % dimensions] += vectors[i];
        for (int i = 0; i < dimensions; i++)
            mean[i] /= vectors.Length / dimensions;
        return mean;
    }

    private static double[][] Covariance(ReadOnlySpan<float> vectors, double[] mean)
    {
        int n = mean.Length, count = vectors.Length / n;
        double[][] matrix = [.. Enumerable.Range(0, n).Select(_ => new double[n])];
        double[] centred = new double[n];
        for (; !vectors.IsEmpty; vectors = vectors[n..])
        {
            for (int i = 0; i < n; i++)
                centred[i] = vectors[i] - mean[i];
            for (int i = 0; i < n; i++)
            {
                double value = centred[i];
                double[] row = matrix[i];
                for (int j = i; j < n; j++)
                    row[j] += value * centred[j];
            }
        }
        for (int i = 0; i < n; i++)
        {
            for (int j = i; j < n; j++)
                matrix[j][i] = matrix[i][j] /= count;
        }
        return matrix;
    }

    // Makes a symmetric matrix diagonal by rotations, and returns the rotated axes, row by row.
    private static double[][] Diagonalise(double[][] matrix)
    {
        int n = matrix.Length;
        double[][] axes = [.. Enumerable.Range(0, n).Select(i =>
        {
            double[] row = new double[n];
            row[i] = 1;
            return row;
        })];
        double total = 0;
        for (int i = 0; i < n; i++)
            total += matrix[i][i] * matrix[i][i];
        for (int sweep = 0; sweep < MaxSweeps; sweep++)
        {
            double outside = 0;
            for (int i = 0; i < n; i++)
            {
                for (int j = i + 1; j < n; j++)
                    outside += matrix[i][j] * matrix[i][j];
            }
            if (outside <= total * 1e-22)
                break;
            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++)
                    Rotate(matrix, axes, p, q);
            }
        }
        return axes;
    }

    // The rotation in the plane (p, q) that makes element (p, q) zero; rows are rotated, then the columns mirror them.
    private static void Rotate(double[][] matrix, double[][] axes, int p, int q)
    {
        double off = matrix[p][q];
        if (Math.Abs(off) <= 1e-300)
            return;
        double ratio = (matrix[q][q] - matrix[p][p]) / (2 * off);
        double tangent = 1 / (Math.Abs(ratio) + Math.Sqrt((ratio * ratio) + 1));
        if (ratio < 0)
            tangent = -tangent;
        double cosine = 1 / Math.Sqrt((tangent * tangent) + 1), sine = tangent * cosine;
        double atP = matrix[p][p] - (tangent * off), atQ = matrix[q][q] + (tangent * off);
        Turn(matrix[p], matrix[q], cosine, sine);
        Turn(axes[p], axes[q], cosine, sine);
        for (int i = 0; i < matrix.Length; i++)
        {
            matrix[i][p] = matrix[p][i];
            matrix[i][q] = matrix[q][i];
        }
        (matrix[p][p], matrix[q][q]) = (atP, atQ);
        matrix[p][q] = matrix[q][p] = 0;
    }

    private static void Turn(double[] left, double[] right, double cosine, double sine)
    {
        for (int i = 0; i < left.Length; i++)
        {
            (double a, double b) = (left[i], right[i]);
            left[i] = (cosine * a) - (sine * b);
            right[i] = (sine * a) + (cosine * b);
        }
    }
}
