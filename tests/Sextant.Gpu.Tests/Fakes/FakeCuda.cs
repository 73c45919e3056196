using System.Runtime.InteropServices;
using System.Text;
using Sextant.Gpu.Cuda;
using Sextant.Gpu.Tests.Ptx;

namespace Sextant.Gpu.Tests;

/// <summary>
/// Not a GPU: functions in the place of CUDA's driver that keep the rules its documentation states and refuse what
/// breaks them. A thread without a context, a copy from memory that is not pinned, an argument too many or of another
/// size than the PTX has, a group of another size: each is an error, as there. What a stream is asked to do is done
/// when somebody waits for it and not before; kernels run from the PTX that the driver was given, instruction by
/// instruction (<see cref="PtxMachine"/>): what comes out can be compared. How fast a GPU is, this cannot tell.
/// </summary>
internal sealed unsafe partial class FakeCuda : IDisposable
{
    private static FakeCuda? s_now;

    [ThreadStatic]
    private static nint t_context;

    private readonly Lock _lock = new();
    private readonly PtxMemory _memory;
    private readonly bool _runs;
    private readonly Dictionary<string, int> _calls = [];
    private readonly Dictionary<string, (int After, int Code)> _failures = [];
    private readonly Dictionary<nint, long> _pinned = [];
    private readonly Dictionary<nint, List<Action>> _streams = [];
    private readonly Dictionary<nint, nint> _contextOfStream = [];
    private readonly HashSet<nint> _contexts = [];
    private readonly Dictionary<nint, List<nint>> _copied = [];
    private readonly Dictionary<nint, List<Start>> _graphs = [];
    private readonly Dictionary<nint, nint> _lastNodes = [];
    private readonly List<(PtxFunction Function, nint Module)> _functions = [];
    private nint _nextHandle = 1;
    private nint _context;
    private int _holders;

    /// <param name="runs">Whether kernels run; if not, results are zeros, but for those of the probe.</param>
    public FakeCuda(bool runs)
    {
        Assert.Null(s_now);
        s_now = this;
        _runs = runs;
        _memory = new PtxMemory(runs ? (byte)0xFF : (byte)0);
    }

    /// <summary>Its functions.</summary>
    public static CudaApi Api { get; } = MakeApi();

    public int Version { get; set; } = 12040;

    public int Devices { get; set; } = 1;

    public int Capability { get; set; } = 90;

    /// <summary>Most bytes that are given out.</summary>
    public long Memory { get; set; } = 1L << 40;

    /// <summary>What every call answers from now on, as after a fault of a kernel; 0 for none.</summary>
    public int Lost { get; set; }

    public long Given { get; private set; }

    /// <summary>Contexts, modules, streams, events and graphs that were made and not given back.</summary>
    public int Alive { get; private set; }

    /// <summary>Bytes of memory of either kind that were not given back.</summary>
    public int Blocks => _memory.Count + _pinned.Count;

    /// <summary>How often a function was called.</summary>
    public int Calls(string name) => _calls.GetValueOrDefault(name);

    /// <summary>Forgets what was called.</summary>
    public void ForgetCalls() => _calls.Clear();

    /// <summary>Has a function fail, after so many calls that do not.</summary>
    public void Fail(string name, int code, int after = 0) => _failures[name] = (after, code);

    /// <summary>What is made of a module's PTX before it is taken.</summary>
    public Func<string, string> Rewrites { get; set; } = text => text;

    /// <summary>What counts the kernels' accesses to memory; null: nothing does.</summary>
    public PtxTraffic? Traffic { get; set; }

    /// <summary>Whether it does not answer the probe either.</summary>
    public bool RefusesProbe { get; set; }

    /// <summary>Has nothing fail.</summary>
    public void FailNothing() => _failures.Clear();

    /// <summary>Opens its device.</summary>
    public static CudaDevice Open(int index = 0) => CudaDevice.Open(index, CudaDeviceInfo.All(Api));

    public void Dispose()
    {
        _memory.Dispose();
        s_now = null;
        t_context = 0;
    }

    // What every function begins with.
    private static int Enter(string name, bool needsContext = true)
    {
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            ref int calls = ref CollectionsMarshal.GetValueRefOrAddDefault(now._calls, name, out _);
            calls++;
            if (now._failures.TryGetValue(name, out (int After, int Code) failure))
            {
                if (failure.After == 0)
                    return failure.Code;
                now._failures[name] = (failure.After - 1, failure.Code);
            }
        }
        if (now.Lost != 0 && needsContext)
            return now.Lost;
        return needsContext && !now.IsContext(t_context) ? 201 : 0;
    }

    private bool IsContext(nint context) => context != 0 && (context == _context || _contexts.Contains(context));

    private nint Make(int alive = 1)
    {
        Alive += alive;
        return _nextHandle++;
    }

    private bool IsPinned(nint memory, long bytes)
    {
        foreach ((nint first, long size) in _pinned)
        {
            if (memory >= first && memory + bytes <= first + size)
                return true;
        }
        return false;
    }

    private void Run(nint stream)
    {
        List<Action> work = _streams[stream];
        for (int i = 0; i < work.Count; i++)
            work[i]();
        work.Clear();
        _copied[stream].Clear();
    }

    // What is not run is not waited for either: nothing is allocated for it.
    private void Copy(nint stream, byte* device, byte* host, long bytes, bool up)
    {
        (nint from, nint to) = up ? ((nint)host, (nint)device) : ((nint)device, (nint)host);
        if (_runs)
        {
            _streams[stream].Add(CopyOf(from, to, bytes));
            _copied[stream].Add((nint)host);
        }
        else
            Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);
    }

    private static Action CopyOf(nint from, nint to, long bytes) =>
        () => Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);

    // Reads the arguments, as many and as large as the PTX says; null where the call is wrong.
    private Start? Read(nint function, uint groups, uint items, uint others, uint sharedBytes, void** parameters)
    {
        (PtxFunction kernel, nint module) = _functions[(int)function - 1];
        if (!_images.ContainsKey(module))
            return null;
        if (others != 1 || groups is 0 or > int.MaxValue || items is 0 or > 1024
            || (kernel.MaxThreads != 0 && kernel.MaxThreads != items))
        {
            return null;
        }
        // More than 48 KiB that are not in the PTX has to be allowed to the function first.
        if (sharedBytes > Math.Max(48u << 10, (uint)_sharedBytes.GetValueOrDefault(function)))
            return null;
        if (!_runs && (kernel.Name != "probe" || RefusesProbe))
            return s_nothing;
        var values = new ulong[kernel.Parameters.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = kernel.Parameters[i] == 8 ? *(ulong*)parameters[i] : *(uint*)parameters[i];
        return new Start(kernel, groups, (int)items, (int)sharedBytes, values);
    }

    private void Add(nint stream, Start start)
    {
        if (_runs)
            _streams[stream].Add(LaunchOf(start));
        else if (start != s_nothing)
            Launch(start);
    }

    private Action LaunchOf(Start start) => () => Launch(start);

    private void Launch(Start start) =>
        PtxMachine.Run(start.Kernel, _memory, start.Blocks, start.Threads, start.SharedBytes, start.Values, Traffic);

    private static readonly Start s_nothing = new(null!, 0, 0, 0, []);

    private sealed record Start(PtxFunction Kernel, long Blocks, int Threads, int SharedBytes, ulong[] Values);

    private static string Text(void* text) => Marshal.PtrToStringUTF8((nint)text)!;

    private static void Write(byte* to, int room, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text + "\0");
        bytes.AsSpan(0, Math.Min(room, bytes.Length)).CopyTo(new Span<byte>(to, room));
    }
}
