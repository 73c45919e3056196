using Sextant.Kernels;
using Sextant.Runtime;
using Sextant.Tensors;

namespace Sextant.Backends;

/// <summary>A packed matrix in this process's memory.</summary>
internal sealed class CpuMatrix(PackedMatrix packed) : Matrix(packed.Outputs, packed.Inputs, packed.Type)
{
    public PackedMatrix Packed { get; } = packed;
}

/// <summary>The memory of a call in this process.</summary>
internal sealed unsafe class CpuWorkspace : Workspace
{
    private NativeBlock? _block;

    public override long Bytes => _block?.Bytes ?? 0;

    public override void Dispose() => _block?.Dispose();

    protected override void Allocate(long bytes)
    {
        _block?.Dispose();
        _block = new NativeBlock(bytes);
    }

    protected override nint Address(long offset) => (nint)(_block!.Pointer + offset);
}

/// <summary>A model's weights: packed once, in execution order, so that the next panel is the next in memory.</summary>
internal sealed unsafe class CpuWeights : IDisposable
{
    private readonly List<NativeBlock> _blocks = [];
    private long _taken;

    /// <summary>Bytes allocated.</summary>
    public long Bytes { get; private set; }

    public void Reserve(long bytes)
    {
        _blocks.Add(new NativeBlock(bytes));
        _taken = 0;
        Bytes += bytes;
    }

    public static long SizeOfMatrix(IRowSource rows) =>
        Align(PackedMatrix.PanelBytes(Stored(rows.Type), rows.Rows, rows.Columns))
        + Align(PackedMatrix.PaddedOutputs(rows.Rows) * sizeof(float));

    public Matrix LoadMatrix(IRowSource rows, IRowSource? bias)
    {
        StoredType type = Stored(rows.Type);
        byte* panels = Take(PackedMatrix.PanelBytes(type, rows.Rows, rows.Columns));
        var matrix = new PackedMatrix(panels, type, rows.Rows, rows.Columns, bias is null ? null : LoadBias(bias));
        if (type == StoredType.F32)
            Pack<float>(rows, matrix);
        else
            Pack<ushort>(rows, matrix);
        return new CpuMatrix(matrix);
    }

    public Table LoadTable(IRowSource rows, bool keep16)
    {
        bool narrow = keep16 && Stored(rows.Type) != StoredType.F32;
        int size = narrow ? sizeof(ushort) : sizeof(float);
        long rowBytes = (long)rows.Columns * size;
        byte* data = Take(rows.Rows * rowBytes);
        int step = (int)Math.Clamp((16 << 20) / Math.Max(rowBytes, 1), 1, Math.Max(rows.Rows, 1));
        for (int row = 0; row < rows.Rows; row += step)
        {
            int count = Math.Min(step, rows.Rows - row) * rows.Columns;
            byte* part = data + row * rowBytes;
            if (narrow)
                rows.Read(row, new Span<ushort>(part, count));
            else
                rows.Read(row, new Span<float>(part, count));
        }
        return new Table((nint)data, rows.Rows, rows.Columns, narrow ? Stored(rows.Type) : StoredType.F32);
    }

    /// <summary>Loads a matrix that is stored as bytes.</summary>
    public PackedInt8Matrix LoadByteMatrix(IByteRows rows, IRowSource? bias)
    {
        var packed = new PackedInt8Matrix(
            Take(PackedInt8Matrix.Bytes(rows.Rows, rows.Columns)), rows.Rows, rows.Columns);
        int padded = PackedMatrix.PaddedOutputs(rows.Rows);
        new Span<float>(packed.Scales, padded).Clear();
        new Span<float>(packed.Bias, padded).Clear();
        rows.ReadScales(0, new Span<float>(packed.Scales, rows.Rows));
        bias?.Read(0, new Span<float>(packed.Bias, rows.Rows));
        var inverse = new Span<float>(packed.Inverse, rows.Columns);
        inverse.Fill(1f);
        rows.Inverse.CopyTo(inverse);
        var panel = new sbyte[PackedMatrix.PanelWidth * rows.Columns];
        for (int i = 0; i < packed.PanelCount; i++)
        {
            int first = i * PackedMatrix.PanelWidth, count = Math.Min(PackedMatrix.PanelWidth, rows.Rows - first);
            rows.Read(first, panel.AsSpan(0, count * rows.Columns));
            Int8Packing.PackBytes(panel.AsSpan(0, count * rows.Columns), packed, i);
        }
        return packed;
    }

    /// <summary>Loads a table as signed bytes with a scale for each row.</summary>
    public Table LoadByteTable(IRowSource rows)
    {
        var data = (sbyte*)Take((long)rows.Rows * rows.Columns);
        var scales = (float*)Take((long)rows.Rows * sizeof(float));
        if (rows.Bytes is { Inverse.IsEmpty: true } bytes)
        {
            bytes.Read(0, new Span<sbyte>(data, checked(rows.Rows * rows.Columns)));
            bytes.ReadScales(0, new Span<float>(scales, rows.Rows));
            return new Table((nint)data, rows.Rows, rows.Columns, StoredType.I8, (nint)scales);
        }
        int step = (int)Math.Clamp((4 << 20) / Math.Max(rows.Columns, 1), 1, Math.Max(rows.Rows, 1));
        using var buffer = new NativeBlock((long)step * rows.Columns * sizeof(float));
        for (int row = 0; row < rows.Rows; row += step)
        {
            int count = Math.Min(step, rows.Rows - row);
            var values = new Span<float>(buffer.Pointer, count * rows.Columns);
            rows.Read(row, values);
            for (int i = 0; i < count; i++)
            {
                var to = new Span<sbyte>(data + (nint)(row + i) * rows.Columns, rows.Columns);
                scales[row + i] = Int8Packing.PackRow(values.Slice(i * rows.Columns, rows.Columns), to);
            }
        }
        return new Table((nint)data, rows.Rows, rows.Columns, StoredType.I8, (nint)scales);
    }

    public void Dispose()
    {
        foreach (NativeBlock block in _blocks)
            block.Dispose();
    }

    private static StoredType Stored(ElementType type) => type switch
    {
        ElementType.F16 => StoredType.F16,
        ElementType.BF16 => StoredType.BF16,
        _ => StoredType.F32,
    };

    private static long Align(long bytes) => (bytes + 63) & ~63L;

    private float* LoadBias(IRowSource bias)
    {
        int padded = PackedMatrix.PaddedOutputs(bias.Rows);
        float* data = (float*)Take(padded * sizeof(float));
        new Span<float>(data, padded).Clear();
        bias.Read(0, new Span<float>(data, bias.Rows));
        return data;
    }

    // Whole panels at a time, some megabytes of rows, so that a large file is not mapped panel by panel.
    private static void Pack<T>(IRowSource source, PackedMatrix matrix)
        where T : unmanaged
    {
        long panelElements = (long)PackedMatrix.PanelWidth * matrix.Inputs;
        int group = (int)Math.Clamp((4 << 20) / (panelElements * sizeof(T)), 1, matrix.PanelCount);
        using var buffer = new NativeBlock(group * panelElements * sizeof(T));
        for (int panel = 0; panel < matrix.PanelCount; panel += group)
        {
            int first = panel * PackedMatrix.PanelWidth;
            int rows = Math.Min(group * PackedMatrix.PanelWidth, matrix.Outputs - first);
            var whole = new Span<T>(buffer.Pointer, checked(rows * matrix.Inputs));
            if (typeof(T) == typeof(float))
                source.Read(first, new Span<float>(buffer.Pointer, whole.Length));
            else
                source.Read(first, new Span<ushort>(buffer.Pointer, whole.Length));
            for (int done = 0; done < rows; done += PackedMatrix.PanelWidth)
            {
                int count = Math.Min(PackedMatrix.PanelWidth, rows - done);
                Span<T> part = whole.Slice(done * matrix.Inputs, count * matrix.Inputs);
                int index = panel + done / PackedMatrix.PanelWidth;
                fixed (T* p = part)
                {
                    if (typeof(T) == typeof(float))
                        matrix.PackPanel(index, new ReadOnlySpan<float>(p, part.Length));
                    else
                        matrix.PackPanel(index, new ReadOnlySpan<ushort>(p, part.Length));
                }
            }
        }
    }

    /// <summary>Memory of garbage for some weights, 64-byte aligned.</summary>
    public byte* Take(long bytes)
    {
        long size = Align(bytes);
        if (_blocks.Count == 0 || _taken + size > _blocks[^1].Bytes)
            Reserve(size);
        byte* data = _blocks[^1].Pointer + _taken;
        _taken += size;
        return data;
    }
}
