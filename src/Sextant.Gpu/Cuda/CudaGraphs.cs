using static Sextant.Gpu.Cuda.CudaNative;

namespace Sextant.Gpu.Cuda;

/// <summary>
/// Graphs of kernels that a queue starts again and again: a short text costs the device less time than starting its
/// fifty kernels one by one costs the processor.
/// </summary>
/// <remarks>
/// What is kept is a sequence of starts as it is, every argument included: texts of one shape in one workspace give
/// the same sequence, since ids, positions and starts of sequences are in the device's memory and not among the
/// arguments. So a graph computes what its kernels would compute one by one, and there is nothing to bring up to date.
/// A sequence becomes a graph when it comes for the second time. Not thread-safe: one for each queue.
/// </remarks>
internal sealed unsafe class CudaGraphs(CudaDriver driver)
{
    /// <summary>The variable that takes graphs away, where it is 0.</summary>
    public const string Variable = "SEXTANT_CUDA_GRAPHS";

    /// <summary>Graphs that are kept; then the one that was not used for longest makes room.</summary>
    public const int MaxGraphs = 64;

    /// <summary>A sequence that is shorter is not worth a graph.</summary>
    public const int MinLaunches = 4;

    private readonly Dictionary<ulong, Sequence> _sequences = [];
    private long _time;

    /// <summary>How many graphs there are.</summary>
    public int Count { get; private set; }

    /// <summary>Starts a sequence by its graph, and makes the graph when it comes for the second time.</summary>
    /// <returns>Whether it was started; if not, its kernels are to be started one by one.</returns>
    public bool TryLaunch(ReadOnlySpan<KernelLaunch> launches, nint stream)
    {
        if (launches.Length < MinLaunches)
            return false;
        ulong hash = Hash(launches);
        if (!_sequences.TryGetValue(hash, out Sequence? found))
        {
            // What came once and never again would fill the memory.
            if (_sequences.Count >= 16 * MaxGraphs)
                Clear();
            _sequences.Add(hash, new Sequence());
            return false;
        }
        if (found.Executable == 0)
        {
            if (Count >= MaxGraphs)
                RemoveOldest();
            if (!TryMake(launches, out nint made))
                return false;
            (found.Executable, found.Launches) = (made, launches.ToArray());
            Count++;
        }
        else if (!AreSame(found.Launches, launches))
        {
            return false; // another sequence with the same hash
        }
        found.Used = ++_time;
        driver.Api.Check(driver.Api.GraphLaunch(found.Executable, stream), driver.Name, "cuGraphLaunch");
        return true;
    }

    /// <summary>Gives all graphs back.</summary>
    public void Clear()
    {
        foreach (Sequence sequence in _sequences.Values)
        {
            if (sequence.Executable != 0)
                _ = driver.Api.GraphExecDestroy(sequence.Executable);
        }
        _sequences.Clear();
        Count = 0;
    }

    // A chain: each kernel reads what the one before it wrote. False where there is no memory for it, and then none for
    // the others either.
    private bool TryMake(ReadOnlySpan<KernelLaunch> launches, out nint executable)
    {
        nint graph, made = 0, last = 0;
        driver.Api.Check(driver.Api.GraphCreate(&graph, 0), driver.Name, "cuGraphCreate");
        try
        {
            long* values = stackalloc long[KernelLaunch.MaxArguments];
            void** parameters = stackalloc void*[KernelLaunch.MaxArguments];
            foreach (ref readonly KernelLaunch launch in launches)
            {
                launch.CopyTo(values, parameters);
                var node = new CudaKernelNode
                {
                    Function = driver.Modules.Function(launch.Kernel),
                    GridX = (uint)launch.Groups,
                    GridY = 1,
                    GridZ = 1,
                    BlockX = (uint)launch.GroupSize,
                    BlockY = 1,
                    BlockZ = 1,
                    SharedBytes = (uint)GpuKernels.Of(launch.Kernel).SharedBytes,
                    Parameters = parameters,
                };
                nint before = last;
                nuint dependencies = before == 0 ? 0u : 1u;
                driver.Api.Check(
                    driver.Api.GraphAddKernelNode(&last, graph, &before, dependencies, &node), driver.Name,
                    $"cuGraphAddKernelNode {GpuKernels.Name(launch.Kernel)}");
            }
            int code = driver.Api.GraphInstantiateWithFlags(&made, graph, 0);
            if (code != OutOfMemory)
                driver.Api.Check(code, driver.Name, "cuGraphInstantiateWithFlags");
            else
                Clear();
            executable = made;
            return code == Success;
        }
        finally
        {
            _ = driver.Api.GraphDestroy(graph);
        }
    }

    private void RemoveOldest()
    {
        (ulong hash, Sequence? oldest) = (0, null);
        foreach ((ulong key, Sequence sequence) in _sequences)
        {
            if (sequence.Executable != 0 && (oldest is null || sequence.Used < oldest.Used))
                (hash, oldest) = (key, sequence);
        }
        if (oldest is null)
            return;
        // It may still be running: the driver frees it when it is done.
        _ = driver.Api.GraphExecDestroy(oldest.Executable);
        _sequences.Remove(hash);
        Count--;
    }

    private static ulong Hash(ReadOnlySpan<KernelLaunch> launches)
    {
        ulong hash = 14695981039346656037; // FNV-1a, by words
        foreach (ref readonly KernelLaunch launch in launches)
        {
            hash = (hash ^ (ulong)launch.Kernel) * 1099511628211;
            hash = (hash ^ (ulong)launch.Groups) * 1099511628211;
            foreach (long value in launch.Values)
                hash = (hash ^ (ulong)value) * 1099511628211;
        }
        return hash;
    }

    private static bool AreSame(ReadOnlySpan<KernelLaunch> a, ReadOnlySpan<KernelLaunch> b)
    {
        if (a.Length != b.Length)
            return false;
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i].Kernel != b[i].Kernel || a[i].Groups != b[i].Groups || a[i].GroupSize != b[i].GroupSize
                || !a[i].Values.SequenceEqual(b[i].Values))
            {
                return false;
            }
        }
        return true;
    }

    // Came once; twice, with its graph.
    private sealed class Sequence
    {
        public KernelLaunch[] Launches = [];
        public nint Executable;
        public long Used;
    }
}
