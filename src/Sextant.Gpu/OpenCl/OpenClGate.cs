using static Sextant.Gpu.OpenCl.OpenClNative;

namespace Sextant.Gpu.OpenCl;

/// <summary>
/// Holds kernels back in a queue until there are several, or somebody waits. A driver for processors wakes its threads
/// for a kernel and sends them to sleep behind it; where kernels take microseconds, that is most of the time, and a
/// thread that finds the next kernel waiting does not sleep.
/// </summary>
/// <remarks>
/// The first kernel of each handful waits for an event of ours; the queue is in order, so that the others wait behind
/// it. Measured on PoCL, products of one row (384, 384): 4 at a time 14 instead of 18 µs each, 24 at a time 10
/// instead of 13 (2026-11-21, busy machine, processor time alike). Not thread-safe.
/// </remarks>
internal sealed unsafe class OpenClGate(OpenClDriver driver)
{
    private const int MaxHeld = 16;

    private nint _event;
    private nint _last;
    private int _held;

    /// <summary>Whether it has to know the event of each kernel: queues take turns.</summary>
    public bool TakesTurns { get; } = OpenClTurns.AreNeeded(driver.Info.Platform, driver.Info.DriverVersion);

    /// <summary>What the next kernel must wait for; 0 where another waits already.</summary>
    public nint Next()
    {
        if (_event != 0)
            return 0;
        int error;
        _event = clCreateUserEvent(driver.Context, &error);
        if (error < 0)
            _event = 0;
        OpenClErrors.Check(error, driver.Name, "clCreateUserEvent");
        return _event;
    }

    /// <summary>One more is held back; enough of them are let go.</summary>
    /// <param name="done">Its event, which is released here; 0 where queues take no turns.</param>
    public void Held(nint done)
    {
        if (_last != 0)
            _ = clReleaseEvent(_last);
        _last = done;
        if (++_held >= MaxHeld)
            Open();
    }

    /// <summary>Lets all go.</summary>
    public void Open()
    {
        _held = 0;
        if (_event == 0)
            return;
        // Without an event nothing has been held back: the start of a kernel has failed.
        int code = TakesTurns && _last != 0
            ? OpenClTurns.Take(this, _last, _event) : clSetUserEventStatus(_event, EventComplete);
        _last = 0;
        _ = clReleaseEvent(_event);
        _event = 0;
        OpenClErrors.Check(code, driver.Name, "clSetUserEventStatus");
    }

    /// <summary>All that was let go has ended, and nothing comes any more.</summary>
    public void Leave() => OpenClTurns.Leave(this);
}
