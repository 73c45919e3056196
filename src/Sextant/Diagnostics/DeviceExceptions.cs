namespace Sextant;

/// <summary>A device cannot do what it was asked for. Nothing was computed elsewhere in its place.</summary>
public abstract class DeviceException : SextantException
{
    private protected DeviceException(string device, string problem, Exception? inner = null)
        : base($"{device}: {problem}", inner) => Device = device;

    /// <summary>The device, as it was asked for or as it calls itself.</summary>
    public string Device { get; }
}

/// <summary>
/// A device cannot be opened: no driver, one that is too old, no such device, or one that fails a check.
/// </summary>
public sealed class DeviceUnavailableException : DeviceException
{
    /// <summary>Creates the error; <paramref name="problem"/> says what was found and what to do.</summary>
    public DeviceUnavailableException(string device, string problem, Exception? inner = null)
        : base(device, problem, inner)
    {
    }
}

/// <summary>A device's memory does not suffice.</summary>
public sealed class DeviceMemoryException : DeviceException
{
    /// <summary>Creates the error.</summary>
    public DeviceMemoryException(string device, string problem, long bytes, Exception? inner = null)
        : base(device, problem, inner) => Bytes = bytes;

    /// <summary>Bytes that were asked for in one piece; 0 where the driver did not say.</summary>
    public long Bytes { get; }
}

/// <summary>
/// A device stopped answering, was reset or taken away. Models on it are lost; load them again, there or elsewhere.
/// </summary>
public sealed class DeviceLostException : DeviceException
{
    /// <summary>Creates the error; <paramref name="problem"/> repeats what the driver said.</summary>
    public DeviceLostException(string device, string problem, Exception? inner = null)
        : base(device, problem, inner)
    {
    }
}

/// <summary>
/// A driver refused a call for another reason than memory or the loss of a device: a defect of the driver or of this
/// library. The model can be used again.
/// </summary>
public sealed class DeviceCallException : DeviceException
{
    /// <summary>Creates the error; <paramref name="problem"/> names the call and what the driver answered.</summary>
    /// <param name="device">The device.</param>
    /// <param name="problem">What was called, and the name of the answer.</param>
    /// <param name="code">The driver's number.</param>
    /// <param name="inner">What it follows from.</param>
    public DeviceCallException(string device, string problem, int code, Exception? inner = null)
        : base(device, problem, inner) => Code = code;

    /// <summary>The driver's number: OpenCL's are negative, CUDA's positive.</summary>
    public int Code { get; }
}

/// <summary>A driver does not accept the kernels.</summary>
public sealed class DeviceBuildException : DeviceException
{
    /// <summary>Creates the error with the driver's build log.</summary>
    public DeviceBuildException(string device, string problem, string log, Exception? inner = null)
        : base(device, $"{problem} The driver's log: {(log.Length == 0 ? "(empty)" : log)}", inner) => Log = log;

    /// <summary>What the driver wrote while it compiled.</summary>
    public string Log { get; }
}
