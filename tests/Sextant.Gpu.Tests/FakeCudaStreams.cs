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
            s_now.Alive--;
            return s_now._streams.Remove(stream) ? 0 : 400;
        }
    }

    private static int StreamSynchronize(nint stream)
    {
        int code = Enter("cuStreamSynchronize");
        if (code != 0)
            return code;
        lock (s_now!._lock)
            s_now.Run(stream);
        return 0;
    }

    private static int EventCreate(nint* created, uint flags)
    {
        int code = Enter("cuEventCreate");
        if (code == 0)
            *created = s_now!.Make();
        return code;
    }

    private static int EventRecord(nint recorded, nint stream) => Enter("cuEventRecord");

    private static int EventElapsedTime(float* milliseconds, nint start, nint end)
    {
        *milliseconds = start < end ? 2f : -1f;
        return Enter("cuEventElapsedTime");
    }

    private static int EventDestroy(nint done)
    {
        s_now!.Alive--;
        return Enter("cuEventDestroy");
    }

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
            if (!now._streams.ContainsKey(stream))
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
