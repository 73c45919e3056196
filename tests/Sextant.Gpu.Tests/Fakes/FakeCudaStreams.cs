namespace Sextant.Gpu.Tests;

/// <summary>Streams, events, and kernels one by one.</summary>
internal sealed unsafe partial class FakeCuda
{
    private static int StreamCreate(nint* stream, uint flags)
    {
        int code = Enter("cuStreamCreate");
        if (code != 0)
            return code;
        if (flags != 1)
            return 1;
        lock (s_now!._lock)
        {
            *stream = s_now.Make();
            s_now._streams.Add(*stream, []);
            s_now._contextOfStream.Add(*stream, t_context);
            s_now._copied.Add(*stream, []);
        }
        return 0;
    }

    private static int StreamDestroy(nint stream)
    {
        int code = Enter("cuStreamDestroy");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            if (!s_now._streams.Remove(stream))
                return 400;
            s_now._copied.Remove(stream);
            s_now._contextOfStream.Remove(stream);
            s_now.Alive--;
            return 0;
        }
    }

    private static int StreamSynchronize(nint stream)
    {
        int code = Enter("cuStreamSynchronize");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            if (!s_now._streams.ContainsKey(stream))
                return 400;
            s_now.Run(stream);
        }
        return 0;
    }

    private static int EventCreate(nint* created, uint flags)
    {
        int code = Enter("cuEventCreate");
        if (code != 0)
            return code;
        // 0: it takes the time, and who waits for it spins.
        if (flags != 0)
            return 1;
        lock (s_now!._lock)
        {
            *created = s_now.Make();
            s_now._moments.Add(*created, NotRecorded);
        }
        return 0;
    }

    private static int EventRecord(nint recorded, nint stream)
    {
        int code = Enter("cuEventRecord");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (!now._moments.ContainsKey(recorded) || !now._streams.TryGetValue(stream, out List<Action>? work))
                return 400;
            now._moments[recorded] = NotReached;
            work.Add(() => now._moments[recorded] = now._time++);
        }
        return 0;
    }

    // Each event that is reached is two milliseconds after the one before.
    private static int EventElapsedTime(float* milliseconds, nint start, nint end)
    {
        int code = Enter("cuEventElapsedTime");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            long first = s_now._moments.GetValueOrDefault(start, NotRecorded);
            long last = s_now._moments.GetValueOrDefault(end, NotRecorded);
            if (first == NotRecorded || last == NotRecorded)
                return 400;
            if (first == NotReached || last == NotReached)
                return 600;
            *milliseconds = 2f * (last - first);
        }
        return 0;
    }

    private static int EventDestroy(nint done)
    {
        int code = Enter("cuEventDestroy");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            if (!s_now._moments.Remove(done))
                return 400;
            s_now.Alive--;
        }
        return 0;
    }

    private const long NotRecorded = -2, NotReached = -1;
    private readonly Dictionary<nint, long> _moments = [];
    private long _time;

    private static int LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes,
        nint stream, void** parameters, void** extra)
    {
        int code = Enter("cuLaunchKernel");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            // A stream of another context is a handle that is not valid here.
            if (!now._streams.ContainsKey(stream) || now._contextOfStream[stream] != t_context)
                return 400;
            if (now.Read(function, gridX, blockX, gridY * gridZ * blockY * blockZ, sharedBytes, parameters)
                is not { } start)
            {
                return 1;
            }
            now.Add(stream, start);
        }
        return 0;
    }
}
