namespace Sextant;

/// <summary>What a device could not do.</summary>
public enum DeviceErrorKind
{
    /// <summary>It cannot be opened: no driver, one that is too old, no such device, or it fails a check.</summary>
    Unavailable,

    /// <summary>Its memory does not suffice.</summary>
    OutOfMemory,

    /// <summary>
    /// It stopped answering, was reset or taken away. Models on it are lost; load them again, there or elsewhere.
    /// </summary>
    Lost,

    /// <summary>
    /// Its driver refused a call for another reason than memory or the loss of the device: a defect of the driver or
    /// of this library. The model can be used again.
    /// </summary>
    CallFailed,

    /// <summary>Its driver does not accept the kernels.</summary>
    BuildFailed,
}

/// <summary>A device cannot do what it was asked for. Nothing was computed elsewhere in its place.</summary>
public sealed class DeviceException : SextantException
{
    private DeviceException(DeviceErrorKind kind, string device, string problem, Exception? inner)
        : base($"{device}: {problem}", inner) => (Kind, Device) = (kind, device);

    /// <summary>What it could not do.</summary>
    public DeviceErrorKind Kind { get; }

    /// <summary>The device, as it was asked for or as it calls itself.</summary>
    public string Device { get; }

    /// <summary>
    /// Bytes that were asked for in one piece where memory does not suffice; 0 where the driver did not say.
    /// </summary>
    public long Bytes { get; private init; }

    /// <summary>The driver's number of a refused call: OpenCL's are negative, CUDA's positive; otherwise 0.</summary>
    public int Code { get; private init; }

    /// <summary>What the driver wrote while it compiled kernels that it does not accept; otherwise empty.</summary>
    public string Log { get; private init; } = "";

    /// <summary><paramref name="problem"/> says what was found and what to do.</summary>
    internal static DeviceException Unavailable(string device, string problem, Exception? inner = null) =>
        new(DeviceErrorKind.Unavailable, device, problem, inner);

    internal static DeviceException OutOfMemory(string device, string problem, long bytes, Exception? inner = null) =>
        new(DeviceErrorKind.OutOfMemory, device, problem, inner) { Bytes = bytes };

    /// <summary><paramref name="problem"/> repeats what the driver said.</summary>
    internal static DeviceException Lost(string device, string problem, Exception? inner = null) =>
        new(DeviceErrorKind.Lost, device, problem, inner);

    /// <summary><paramref name="problem"/> names the call and what the driver answered.</summary>
    internal static DeviceException CallFailed(string device, string problem, int code, Exception? inner = null) =>
        new(DeviceErrorKind.CallFailed, device, problem, inner) { Code = code };

    internal static DeviceException BuildFailed(string device, string problem, string log, Exception? inner = null)
    {
        string said = $"{problem} The driver's log: {(log.Length == 0 ? "(empty)" : log)}";
        return new(DeviceErrorKind.BuildFailed, device, said, inner) { Log = log };
    }
}
