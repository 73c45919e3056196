using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Sextant.Weights;

/// <summary>
/// One safetensors file: 8 bytes header length (little-endian), the JSON header, then the tensors' bytes.
/// </summary>
/// <remarks>
/// Only one window of the file is in memory at a time for each reading thread (<see cref="FileWindow"/>): all of it
/// would be twice the weights while they are packed.
/// Safe to read from several threads.
/// </remarks>
internal sealed class SafetensorsFile : IDisposable
{
    /// <summary>The longest header that the format's reference implementation reads.</summary>
    public const long LongestHeader = 100_000_000;

    private const int LengthBytes = 8;

    private readonly SafeFileHandle _handle;
    private readonly long _length;

    private SafetensorsFile(string path, SafeFileHandle handle, long length)
    {
        Path = path;
        _handle = handle;
        _length = length;
    }

    public string Path { get; }

    /// <summary>The tensors in the order of their bytes.</summary>
    public TensorInfo[] Tensors { get; private set; } = [];

    /// <summary>Opens the file and checks all of its header; reads no tensor.</summary>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle? handle = null;
        SafetensorsFile? file = null;
        try
        {
            handle = RegularFile.Open(path);
            long length = RandomAccess.GetLength(handle);
            if (length < LengthBytes)
                throw new InvalidModelException(path, $"{MessageText.Count(length)} bytes long; a safetensors file "
                    + "begins with 8 bytes of header length.");
            file = new SafetensorsFile(path, handle, length);
            file.Tensors = file.ReadHeader();
            return file;
        }
        catch (Exception error)
        {
            file?.Dispose();
            handle?.Dispose();
            if (error is IOException or UnauthorizedAccessException)
                throw new InvalidModelException(path, $"cannot be read: {error.Message}", error);
            throw;
        }
    }

    /// <summary>
    /// The bytes from <paramref name="offset"/> on, at most <see cref="FileWindow.Longest"/> of them.
    /// </summary>
    public FileWindow Window(long offset, int length)
    {
        try
        {
            long now = RandomAccess.GetLength(_handle);
            if (now != _length)
                throw ChangedSize(now);
            return FileWindow.Open(this, _handle, offset, length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException(Path, $"cannot be read: {error.Message}", error);
        }
    }

    public InvalidModelException ChangedSize(long now) => new(Path, $"was {MessageText.Count(_length)} bytes long when "
        + $"opened and is {MessageText.Count(now)} now; a checkpoint must not be written to while it is loaded.");

    public void Dispose()
    {
        _handle.Dispose();
    }

    private TensorInfo[] ReadHeader()
    {
        ulong declared;
        using (FileWindow window = Window(0, LengthBytes))
            declared = BinaryPrimitives.ReadUInt64LittleEndian(window.Bytes);
        if (declared > LongestHeader)
            throw new InvalidModelException(Path, $"header of {declared} bytes; at most {LongestHeader} are accepted.");
        int headerLength = (int)declared;
        if (headerLength > _length - LengthBytes)
            throw new InvalidModelException(Path, $"header of {MessageText.Count(headerLength)} bytes, but only "
                + $"{MessageText.Count(_length - LengthBytes)} follow its length; the file is cut or not safetensors.");

        // Both numbers were checked against the real length of the file.
        byte[] header = GC.AllocateUninitializedArray<byte>(headerLength);
        for (int done = 0; done < headerLength;)
        {
            using FileWindow window = Window(LengthBytes + done, Math.Min(headerLength - done, FileWindow.Longest));
            window.Bytes.CopyTo(header.AsSpan(done));
            done += window.Bytes.Length;
        }
        long dataStart = LengthBytes + headerLength;
        return new SafetensorsHeader(this, dataStart, _length - dataStart).Read(header);
    }
}
