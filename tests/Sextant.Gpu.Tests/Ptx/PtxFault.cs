namespace Sextant.Gpu.Tests.Ptx;

/// <summary>What a kernel must not do, or what this machine does not know.</summary>
internal sealed class PtxFault(string message) : Exception(message);
