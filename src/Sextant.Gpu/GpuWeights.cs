using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Runtime;
using Sextant.Tensors;

namespace Sextant.Gpu;

/// <summary>w [F,K] in panels of 16 outputs, [F/16][K][16], and b [F].</summary>
internal sealed class GpuMatrix(nint panels, nint bias, int outputs, int inputs, StoredType type)
    : Matrix(outputs, inputs, type)
{
    public nint Panels { get; } = panels;

    /// <summary>0 for none.</summary>
    public nint Bias { get; } = bias;
}

/// <summary>
/// w [F,K] row by row in 16 bits, each row filled with zeros to a multiple of eight, and b [F] in f32: fast mode.
/// </summary>
internal sealed class NarrowMatrix(nint rows, nint bias, int outputs, int inputs, StoredType type)
    : Matrix(outputs, inputs, type)
{
    public nint Rows { get; } = rows;

    /// <summary>0 for none.</summary>
    public nint Bias { get; } = bias;

    /// <summary>Elements of a row with its zeros.</summary>
    public int PaddedInputs => Padded(Inputs);

    public static int Padded(int inputs) => (inputs + 7) & ~7;
}

/// <summary>A model's weights in a device's memory.</summary>
/// <remarks>Not thread-safe: loading is single-threaded.</remarks>
internal sealed unsafe class GpuWeights(GpuDriver driver, AddressSpace space) : IDisposable
{
    private const int Panel = 16;
    private const int ChunkBytes = 4 << 20;
    private const int Alignment = 256;

    private readonly List<nint> _blocks = [];
    private GpuQueue? _queue;
    private long _taken;

    /// <summary>Bytes allocated.</summary>
    public long Bytes { get; private set; }

    public void Reserve(long bytes)
    {
        long size = Math.Min(Math.Max(bytes, Alignment), driver.LargestBlock);
        _blocks.Add(GpuWorkspace.Allocate(driver, space, size, null));
        _taken = 0;
        Bytes += size;
    }

    public static long SizeOfMatrix(IRowSource rows) =>
        Align(PanelBytes(rows)) + Align(PackedMatrix.PaddedOutputs(rows.Rows) * sizeof(float));

    public GpuMatrix LoadMatrix(IRowSource rows, IRowSource? bias)
    {
        StoredType type = Stored(rows.Type);
        nint panels = Take(PanelBytes(rows));
        if (type == StoredType.F32)
            Pack<float>(rows, panels);
        else
            Pack<ushort>(rows, panels);
        return new GpuMatrix(panels, bias is null ? 0 : LoadTable(bias, false).Address, rows.Rows, rows.Columns, type);
    }

    public static long SizeOfNarrowMatrix(IRowSource rows) =>
        Align((long)rows.Rows * NarrowMatrix.Padded(rows.Columns) * sizeof(ushort)) + Align(rows.Rows * sizeof(float));

    /// <summary>Rounds a matrix to f16 or bf16, or takes it as it is stored.</summary>
    public NarrowMatrix LoadNarrowMatrix(IRowSource rows, IRowSource? bias, StoredType type)
    {
        int padded = NarrowMatrix.Padded(rows.Columns);
        nint data = Take((long)rows.Rows * padded * sizeof(ushort));
        int step = (int)Math.Clamp(ChunkBytes / ((long)padded * sizeof(float)), 1, rows.Rows);
        using var buffer = new NativeBlock((long)step * rows.Columns * sizeof(float));
        using var narrow = new NativeBlock((long)step * padded * sizeof(ushort));
        for (int row = 0; row < rows.Rows; row += step)
        {
            int count = Math.Min(step, rows.Rows - row);
            var from = new Span<float>(buffer.Pointer, count * rows.Columns);
            var to = new Span<ushort>(narrow.Pointer, count * padded);
            rows.Read(row, from);
            for (int i = 0; i < count; i++)
                Narrowing.Round(from.Slice(i * rows.Columns, rows.Columns), type, to.Slice(i * padded, padded));
            Upload(
                data + (nint)((long)row * padded * sizeof(ushort)), narrow.Pointer, (long)to.Length * sizeof(ushort));
        }
        return new NarrowMatrix(data, bias is null ? 0 : LoadTable(bias, false).Address, rows.Rows, rows.Columns, type);
    }

    public Table LoadTable(IRowSource rows, bool keep16)
    {
        bool narrow = keep16 && Stored(rows.Type) != StoredType.F32;
        long rowBytes = (long)rows.Columns * (narrow ? sizeof(ushort) : sizeof(float));
        nint data = Take(rows.Rows * rowBytes);
        int step = (int)Math.Clamp(ChunkBytes / Math.Max(rowBytes, 1), 1, Math.Max(rows.Rows, 1));
        using var buffer = new NativeBlock(step * rowBytes);
        for (int row = 0; row < rows.Rows; row += step)
        {
            int count = Math.Min(step, rows.Rows - row);
            if (narrow)
                rows.Read(row, new Span<ushort>(buffer.Pointer, count * rows.Columns));
            else
                rows.Read(row, new Span<float>(buffer.Pointer, count * rows.Columns));
            Upload(data + (nint)(row * rowBytes), buffer.Pointer, count * rowBytes);
        }
        return new Table(data, rows.Rows, rows.Columns, narrow ? Stored(rows.Type) : StoredType.F32);
    }

    public void Dispose()
    {
        foreach (nint block in _blocks)
        {
            driver.Free(space[block].Handle);
            space.Remove(block);
        }
        _blocks.Clear();
        _queue?.Dispose();
        _queue = null;
    }

    private static long Align(long bytes) => (bytes + Alignment - 1) & ~(Alignment - 1L);

    private static long PanelBytes(IRowSource rows) =>
        (long)PackedMatrix.PaddedOutputs(rows.Rows) * rows.Columns * PackedMatrix.ElementSize(Stored(rows.Type));

    private static StoredType Stored(ElementType type) => type switch
    {
        ElementType.F16 => StoredType.F16,
        ElementType.BF16 => StoredType.BF16,
        _ => StoredType.F32,
    };

    // Some megabytes of panels at a time: rows in, panels out.
    private void Pack<T>(IRowSource source, nint panels)
        where T : unmanaged
    {
        int inputs = source.Columns;
        long panelBytes = (long)Panel * inputs * sizeof(T);
        int step = (int)Math.Clamp(ChunkBytes / panelBytes, 1, (source.Rows + Panel - 1) / Panel) * Panel;
        using var rows = new NativeBlock((long)step * inputs * sizeof(T));
        using var packed = new NativeBlock((long)step * inputs * sizeof(T));
        for (int first = 0; first < source.Rows; first += step)
        {
            int count = Math.Min(step, source.Rows - first);
            if (typeof(T) == typeof(float))
                source.Read(first, new Span<float>(rows.Pointer, checked(count * inputs)));
            else
                source.Read(first, new Span<ushort>(rows.Pointer, checked(count * inputs)));
            int panelCount = (count + Panel - 1) / Panel;
            for (int panel = 0; panel < panelCount; panel++)
            {
                PackPanel(
                    (T*)rows.Pointer + (nint)panel * Panel * inputs, Math.Min(Panel, count - panel * Panel), inputs,
                    (T*)packed.Pointer + (nint)panel * Panel * inputs);
            }
            Upload(panels + (nint)(first / Panel * panelBytes), packed.Pointer, panelCount * panelBytes);
        }
    }

    // Sixteen rows of K become K rows of sixteen; rows that are not there are zeros.
    private static void PackPanel<T>(T* rows, int count, int inputs, T* panel)
        where T : unmanaged
    {
        for (int k = 0; k < inputs; k++)
        {
            for (int row = 0; row < Panel; row++)
                panel[(nint)k * Panel + row] = row < count ? rows[(nint)row * inputs + k] : default;
        }
    }

    private void Upload(nint address, byte* source, long bytes)
    {
        _queue ??= driver.CreateQueue();
        byte* staging = _queue.Staging(bytes);
        Buffer.MemoryCopy(source, staging, bytes, bytes);
        _queue.Upload(space[address].Handle, AddressSpace.Offset(address), staging, bytes);
        _queue.Finish();
    }

    private nint Take(long bytes)
    {
        long size = Align(bytes);
        if (_blocks.Count == 0 || _taken + size > space[_blocks[^1]].Bytes)
            Reserve(size);
        nint data = _blocks[^1] + (nint)_taken;
        _taken += size;
        return data;
    }
}
