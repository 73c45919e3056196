using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using Sextant.Gpu;

namespace Sextant.Ilgpu;

/// <summary>
/// The parameters of a kernel: one structure, read from a launch in the order in which it holds them.
/// </summary>
internal interface IKernelArguments<TSelf>
    where TSelf : struct
{
    /// <summary>Reads all of them.</summary>
    static abstract TSelf Read(ref ArgumentReader from);
}

/// <summary>Hands out the values of a launch one after the other, pieces of memory as ILGPU's views.</summary>
/// <param name="driver">Whose memory it is.</param>
/// <param name="launch">The launch; it outlives the reader.</param>
internal ref struct ArgumentReader(IlgpuDriver driver, ref readonly KernelLaunch launch)
{
    private readonly ref readonly KernelLaunch _launch = ref launch;
    private int _next;

    /// <summary>Whether every value has been read.</summary>
    public readonly bool IsAtEnd => _next == _launch.Count;

    /// <summary>A number, or a switch: 0 or 1.</summary>
    public int Int() => (int)Next(sizeof(int));

    /// <summary>A number.</summary>
    public long Long() => Next(sizeof(long));

    /// <summary>A number.</summary>
    public float Float() => BitConverter.Int32BitsToSingle((int)Next(sizeof(float)));

    /// <summary>
    /// From the first element to the end of its block. Where there is no memory, one element of none.
    /// </summary>
    public ArrayView<T> View<T>()
        where T : unmanaged => View<T, T>();

    /// <summary>The same, where the launch counts in elements of another type.</summary>
    public ArrayView<T> View<T, TElement>()
        where T : unmanaged
        where TElement : unmanaged
    {
        nint handle = (nint)Next(sizeof(long));
        long first = Next(sizeof(long)) * Unsafe.SizeOf<TElement>() / Unsafe.SizeOf<T>();
        MemoryBuffer buffer = driver.Buffer(handle);
        return new ArrayView<T>(buffer, first, (buffer.LengthInBytes / Unsafe.SizeOf<T>()) - first);
    }

    private long Next(int size)
    {
        if (_next == _launch.Count || _launch.Size(_next) != size)
        {
            throw new InvalidOperationException(
                $"Argument {_next} of {GpuKernels.Name(_launch.Kernel)} is not one of {size} bytes.");
        }
        return _launch.Value(_next++);
    }
}
