using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>A tensor as int8 mode keeps it.</summary>
/// <param name="Bytes">[F,K], row by row.</param>
/// <param name="Scales">What a step of each row is worth [F].</param>
/// <param name="Inverse">What inputs are multiplied by [K]; empty for a table.</param>
internal sealed record Int8Tensor(sbyte[] Bytes, float[] Scales, float[] Inverse);

/// <summary>What int8 mode makes of the tensors of a model when it is loaded, by their names.</summary>
internal static class Int8Tensors
{
    /// <summary>Loads a backbone and takes its bytes.</summary>
    /// <param name="folder">The folder of config.json and the weights.</param>
    /// <param name="maxTokens">Most tokens of a text, where a module says it.</param>
    /// <exception cref="InvalidModelException">
    /// The model cannot be loaded, or its matrices are no tensors of the file as they are.
    /// </exception>
    public static Dictionary<string, Int8Tensor> Of(string folder, int? maxTokens)
    {
        using var backend = new RecordedInt8Backend();
        ModelCatalog.Load(folder, backend, new BackboneRequest(null, null, maxTokens), []);
        var tensors = new Dictionary<string, Int8Tensor>(StringComparer.Ordinal);
        foreach ((IRowSource rows, Int8Matrix matrix) in backend.Matrices)
            Add(tensors, folder, rows, matrix.Packed);
        foreach ((IRowSource rows, Table table) in backend.Tables)
        {
            if (table.Type == StoredType.I8)
                Add(tensors, folder, rows, table);
        }
        return tensors;
    }

    private static unsafe void Add(
        Dictionary<string, Int8Tensor> tensors, string folder, IRowSource rows, PackedInt8Matrix packed)
    {
        var ordered = rows as OrderedRows;
        if ((ordered?.Source ?? rows) is not StackedRows stacked || stacked.Rows != rows.Rows)
            throw Computed(folder);
        var place = new int[rows.Rows]; // where a stored row is among the packed ones
        for (int i = 0; i < place.Length; i++)
            place[ordered is null ? i : ordered.Order[i]] = i;
        float[] inverse = new ReadOnlySpan<float>(packed.Inverse, packed.Inputs).ToArray();
        int first = 0;
        foreach (TensorInfo part in stacked.Parts)
        {
            int count = checked((int)part.Rows);
            var bytes = new sbyte[count * packed.Inputs];
            var scales = new float[count];
            for (int i = 0; i < count; i++)
            {
                Int8Packing.Unpack(packed, place[first + i], bytes.AsSpan(i * packed.Inputs, packed.Inputs));
                scales[i] = packed.Scales[place[first + i]];
            }
            if (!tensors.TryAdd(part.Name, new Int8Tensor(bytes, scales, inverse)))
                throw Computed(folder);
            first += count;
        }
    }

    private static unsafe void Add(
        Dictionary<string, Int8Tensor> tensors, string folder, IRowSource rows, Table table)
    {
        if (rows is not StackedRows { Parts: [var part] })
            throw Computed(folder);
        var bytes = new ReadOnlySpan<sbyte>((void*)table.Address, checked(table.Rows * table.Columns)).ToArray();
        var scales = new ReadOnlySpan<float>((void*)table.Scales, table.Rows).ToArray();
        if (!tensors.TryAdd(part.Name, new Int8Tensor(bytes, scales, [])))
            throw Computed(folder);
    }

    private static InvalidModelException Computed(string folder) =>
        new(folder, "has matrices that are computed when it is loaded, which no file of bytes can stand for.");
}
