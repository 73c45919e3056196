using Sextant.Gpu.Cuda;

namespace Sextant.Gpu.Tests;

/// <summary>Graphs of kernels.</summary>
internal sealed unsafe partial class FakeCuda
{
    private static int GraphCreate(nint* graph, uint flags)
    {
        int code = Enter("cuGraphCreate");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            *graph = s_now.Make();
            s_now._graphs.Add(*graph, []);
        }
        return 0;
    }

    private static int GraphAddKernelNode(
        nint* node, nint graph, nint* dependencies, nuint dependencyCount, CudaKernelNode* parameters)
    {
        int code = Enter("cuGraphAddKernelNode");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            List<Start> nodes = now._graphs[graph];
            // A chain: the first depends on nothing, each other on the one before it.
            if (nodes.Count == 0
                    ? dependencyCount != 0
                    : dependencyCount != 1 || dependencies[0] != now._lastNodes[graph])
            {
                return 1;
            }
            CudaKernelNode given = *parameters;
            if (now.Read(
                    given.Function, given.GridX, given.BlockX, given.GridY * given.GridZ * given.BlockY * given.BlockZ,
                    given.SharedBytes, given.Parameters) is not { } start)
            {
                return 1;
            }
            nodes.Add(start);
            *node = now._lastNodes[graph] = now.Make(0);
        }
        return 0;
    }

    private static int GraphInstantiateWithFlags(nint* executable, nint graph, ulong flags)
    {
        int code = Enter("cuGraphInstantiateWithFlags");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            *executable = s_now.Make();
            s_now._graphs.Add(*executable, [.. s_now._graphs[graph]]);
        }
        return 0;
    }

    private static int GraphLaunch(nint executable, nint stream)
    {
        int code = Enter("cuGraphLaunch");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (!now._streams.ContainsKey(stream) || !now._graphs.TryGetValue(executable, out List<Start>? nodes))
                return 400;
            for (int i = 0; i < nodes.Count; i++)
                now.Add(stream, nodes[i]);
        }
        return 0;
    }

    private static int GraphExecDestroy(nint executable) => DestroyGraph("cuGraphExecDestroy", executable);

    private static int GraphDestroy(nint graph) => DestroyGraph("cuGraphDestroy", graph);

    private static int DestroyGraph(string name, nint graph)
    {
        int code = Enter(name);
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            if (!s_now._graphs.Remove(graph))
                return 400;
            s_now.Alive--;
            return 0;
        }
    }
}
