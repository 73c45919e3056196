namespace Sextant.Measurement.Records;

/// <summary>
/// A file is no bench record, or one that this version does not read. The message says where and what is accepted.
/// </summary>
internal sealed class InvalidRecordException(string message, Exception? inner = null) : SextantException(
    message, inner);
