using System.Runtime.InteropServices;
using System.Text;
using Sextant.Gpu.Cuda;
using Sextant.Gpu.OpenCl;

namespace Sextant.Gpu.Tests;

/// <summary>
/// Not a GPU: functions in the place of CUDA's driver that keep the rules its documentation states and refuse what
/// breaks them. A thread without a context, a copy from memory that is not pinned, an argument too many or of another
/// size than the PTX has, a group of another size: each is an error, as there. What a stream is asked to do is done
/// when somebody waits for it and not before, by the OpenCL device with the same kernels: what comes out can be
/// compared. What the instructions of a GPU do, and how fast, this cannot tell.
/// </summary>
internal sealed unsafe partial class FakeCuda : IDisposable
{
    private const nint TheContext = 0xC0;
    private const long FirstAddress = 0x7F00_0000_0000;

    private static FakeCuda? s_now;

    [ThreadStatic]
    private static nint t_context;

    private readonly Lock _lock = new();
    private readonly OpenClDriver? _executor;
    private readonly GpuQueue? _queue;
    private readonly Dictionary<string, int> _calls = [];
    private readonly Dictionary<string, (int After, int Code)> _failures = [];
    private readonly Dictionary<long, (nint Handle, long Bytes)> _blocks = [];
    private readonly Dictionary<nint, long> _pinned = [];
    private readonly Dictionary<nint, List<Action>> _streams = [];
    private readonly Dictionary<nint, List<Start>> _graphs = [];
    private readonly Dictionary<nint, nint> _lastNodes = [];
    private readonly List<(string Name, int[] Sizes, int Group)> _functions = [];
    private long _nextAddress = FirstAddress;
    private nint _nextHandle = 1;
    private (nint Memory, long Bytes) _uploaded;
    private float[]? _probed;

    /// <param name="executor">
    /// What runs the kernels; null: nothing does, and results are zeros, but for those of the probe.
    /// </param>
    public FakeCuda(OpenClDriver? executor)
    {
        Assert.Null(s_now);
        s_now = this;
        _executor = executor;
        _queue = executor?.CreateQueue();
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
    public int Blocks => _blocks.Count + _pinned.Count;

    /// <summary>How often a function was called.</summary>
    public int Calls(string name) => _calls.GetValueOrDefault(name);

    /// <summary>Forgets what was called.</summary>
    public void ForgetCalls() => _calls.Clear();

    /// <summary>Has a function fail, after so many calls that do not.</summary>
    public void Fail(string name, int code, int after = 0) => _failures[name] = (after, code);

    /// <summary>Whether it does not answer the probe either.</summary>
    public bool RefusesProbe { get; set; }

    /// <summary>Has nothing fail.</summary>
    public void FailNothing() => _failures.Clear();

    /// <summary>Opens its device.</summary>
    public static CudaDevice Open(int index = 0) => CudaDevice.Open(index, CudaDeviceInfo.All(Api));

    public void Dispose()
    {
        _queue?.Dispose();
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
        return needsContext && t_context != TheContext ? 201 : 0;
    }

    private nint Make(int alive = 1)
    {
        Alive += alive;
        return _nextHandle++;
    }

    // The block in which so many bytes lie.
    private bool Find(long address, long bytes, out nint handle, out long offset)
    {
        foreach ((long first, (nint found, long size)) in _blocks)
        {
            if (address >= first && address + bytes <= first + size)
            {
                (handle, offset) = (found, address - first);
                return true;
            }
        }
        (handle, offset) = (0, 0);
        return false;
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
    }

    private void Copy(nint stream, nint handle, long offset, nint memory, long bytes, bool up)
    {
        if (_queue is null)
        {
            if (up)
                _uploaded = (memory, bytes);
            else if (_probed is { } probed && probed.Length * sizeof(float) == bytes)
                probed.CopyTo(new Span<float>((void*)memory, probed.Length));
            else
                new Span<byte>((void*)memory, (int)bytes).Clear();
            return;
        }
        _streams[stream].Add(Transfer(_queue, handle, offset, memory, bytes, up));
    }

    private static Action Transfer(GpuQueue queue, nint handle, long offset, nint memory, long bytes, bool up) => () =>
    {
        if (up)
            queue.Upload(handle, offset, (byte*)memory, bytes);
        else
            queue.Download(handle, offset, (void*)memory, bytes);
        queue.Finish();
    };

    // Reads the arguments, as many and as large as the PTX says; null where the call is wrong.
    private Start? Read(nint function, uint groups, uint items, uint others, uint sharedBytes, void** parameters)
    {
        (string name, int[] sizes, int group) = _functions[(int)function - 1];
        if (others != 1 || groups == 0 || items == 0 || (group != 0 && group != items))
            return null;
        // More than 48 KiB that are not in the PTX has to be allowed to the function first.
        if (sharedBytes > Math.Max(48u << 10, (uint)_sharedBytes.GetValueOrDefault(function)))
            return null;
        if (_queue is null)
        {
            if (name == "probe" && !RefusesProbe)
                _probed = Probe(new((void*)_uploaded.Memory, (int)(_uploaded.Bytes / sizeof(float))));
            return s_nothing;
        }
        var values = new long[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
            values[i] = sizes[i] == 8 ? *(long*)parameters[i] : *(int*)parameters[i];
        return new Start(name, groups, (int)items, sizes, values);
    }

    private void Add(nint stream, Start start)
    {
        if (_queue is not null)
            _streams[stream].Add(Launch(_queue, start));
    }

    private Action Launch(GpuQueue queue, Start start) => () =>
    {
        var launch = new KernelLaunch(
            (GpuKernel)Array.IndexOf(GpuKernels.Names, start.Name), start.Groups, start.Items);
        for (int i = 0; i < start.Sizes.Length; i++)
        {
            if (start.Sizes[i] == 4)
                launch.Add((int)start.Values[i]);
            else
                launch.Add(_blocks.TryGetValue(start.Values[i], out (nint Handle, long) block)
                    ? block.Handle : start.Values[i]);
        }
        queue.Launch(in launch);
    };

    private static readonly Start s_nothing = new("", 1, 1, [], []);

    private sealed record Start(string Name, long Groups, int Items, int[] Sizes, long[] Values);

    // kernels/gpu/Probe.h.
    private static float[] Probe(ReadOnlySpan<float> inputs)
    {
        var outputs = new float[2 * inputs.Length];
        for (int i = 0; i < inputs.Length / 3; i++)
        {
            (float a, float b, float c) = (inputs[3 * i], inputs[(3 * i) + 1], inputs[(3 * i) + 2]);
            float product = a * b;
            float[] six = [MathF.FusedMultiplyAdd(a, b, c), product + c, a / b, MathF.Sqrt(a), a + b, product];
            six.CopyTo(outputs, 6 * i);
        }
        return outputs;
    }

    private static string Text(void* text) => Marshal.PtrToStringUTF8((nint)text)!;

    private static void Write(byte* to, int room, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text + "\0");
        bytes.AsSpan(0, Math.Min(room, bytes.Length)).CopyTo(new Span<byte>(to, room));
    }
}
