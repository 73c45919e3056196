using System.Runtime.InteropServices;

namespace Sextant.Gpu.Cuda;

/// <summary>One start of a kernel in a graph: CUDA_KERNEL_NODE_PARAMS of NVIDIA's cuda.h, as of CUDA 10.0.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CudaKernelNode
{
    public nint Function;
    public uint GridX;
    public uint GridY;
    public uint GridZ;
    public uint BlockX;
    public uint BlockY;
    public uint BlockZ;
    public uint SharedBytes;

    /// <summary>A pointer to each argument; the driver copies what they point to when the node is added.</summary>
    public void** Parameters;
    public void** Extra;
}
