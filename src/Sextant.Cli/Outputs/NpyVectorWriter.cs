using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Sextant.Cli.Outputs;

/// <summary>NumPy's file format 1.0: an array (n, elements of a vector) in C order.</summary>
/// <remarks>
/// The header stands first and holds n, which is known last. It is written again over itself at the end where the
/// output can seek; where it cannot (a pipe), the vectors wait in a temporary file.
/// </remarks>
internal sealed class NpyVectorWriter : VectorWriter
{
    // Magic, version and header length are 10 bytes; NumPy wants the data to begin at a multiple of 64.
    private const int DataStart = 128;

    private readonly Stream _output;
    private readonly Stream _target;
    private readonly string? _waiting;
    private readonly VectorEncoding _encoding;
    private long _count;

    public NpyVectorWriter(Stream output, VectorEncoding encoding)
    {
        (_output, _encoding) = (output, encoding);
        if (output.CanSeek)
        {
            _target = output;
            _target.Write(Header(0));
        }
        else
        {
            _waiting = Path.Combine(Path.GetTempPath(), $"sextant-{Guid.NewGuid():N}.tmp");
            _target = new FileStream(
                _waiting, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 1 << 16,
                FileOptions.DeleteOnClose);
            if (!OperatingSystem.IsWindows())
                File.Delete(_waiting); // the file lives on without a name, so that not even a kill leaves it behind
        }
    }

    public override void Write(long index, TextReport report, ReadOnlySpan<float> vector)
    {
        _target.Write(_encoding.Encode(vector));
        _count++;
    }

    public override void Finish()
    {
        if (_waiting is null)
        {
            long end = _output.Position;
            _output.Position = end - (_count * _encoding.RowBytes) - DataStart;
            _output.Write(Header(_count));
            _output.Position = end;
            return;
        }
        _output.Write(Header(_count));
        _target.Position = 0;
        _target.CopyTo(_output);
    }

    public override void Dispose()
    {
        if (_waiting is not null)
            _target.Dispose();
    }

    private byte[] Header(long count)
    {
        string fields = string.Create(
            CultureInfo.InvariantCulture,
            $"{{'descr': '{_encoding.NumPyType}', 'fortran_order': False, 'shape': ({count}, {_encoding.Width}), }}");
        byte[] header = new byte[DataStart];
        header.AsSpan().Fill((byte)' ');
        header[0] = 0x93;
        "NUMPY"u8.CopyTo(header.AsSpan(1));
        (header[6], header[7]) = (1, 0); // the version
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), DataStart - 10);
        Encoding.ASCII.GetBytes(fields, header.AsSpan(10));
        header[^1] = (byte)'\n';
        return header;
    }
}
