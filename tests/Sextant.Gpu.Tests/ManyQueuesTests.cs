using System.Diagnostics;
using Sextant.Gpu.OpenCl;

namespace Sextant.Gpu.Tests;

/// <summary>
/// Many queues of one device that run one kernel on grids of many sizes. A driver that loses count of who uses what it
/// compiled ends the process, so that this runs in one of its own: its end is a failed test and not the end of all.
/// </summary>
public sealed class ManyQueuesTests
{
    private const int Queues = 16;
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task AProcessOutlivesGridsThatGrow()
    {
        _ = OpenClHere.Device;
        string assembly = typeof(ManyQueuesTests).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // PoCL on a processor with as many cores.
        start.Environment["POCL_MAX_PTHREAD_COUNT"] = "16";
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(assembly);
        foreach (string argument in (string[])
            ["-method", $"{typeof(ManyQueuesTests).FullName}.{nameof(GridsThatGrow)}", "-explicit", "only"])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        string output = await process.StandardOutput.ReadToEndAsync(cancellation);
        string error = await errors;
        await process.WaitForExitAsync(cancellation);
        Assert.True(
            process.ExitCode == 0 && output.Contains("Total: 1, Errors: 0, Failed: 0", StringComparison.Ordinal),
            $"exit code {process.ExitCode}\n{output}\n{error}");
    }

    [Theory]
    [InlineData("Portable Computing Language", "3.1+debian", true)]
    [InlineData("Portable Computing Language", "6.0", true)]
    [InlineData("Portable Computing Language", "of another kind", true)]
    [InlineData("Portable Computing Language", "7.0", false)]
    [InlineData("Portable Computing Language", "12.1-3", false)]
    [InlineData("Intel(R) OpenCL", "2023.16.7.0.21_160000", false)]
    public void OnlyOldVersionsOfPoclTakeTurns(string platform, string version, bool needed) =>
        Assert.Equal(needed, OpenClTurns.AreNeeded(platform, version));

    /// <summary>What that process does.</summary>
    [Fact(Explicit = true)]
    public void GridsThatGrow()
    {
        OpenClDriver driver = (OpenClDriver)OpenClHere.Device.Driver;
        var space = new AddressSpace();
        int groups = 0;
        var clock = Stopwatch.StartNew();
        var threads = new Thread[Queues];
        var problems = new Exception?[Queues];
        for (int i = 0; i < Queues; i++)
        {
            int own = i;
            nint memory = driver.Allocate(1 << 20);
            nint address = space.Add(new DeviceBlock(memory, 1 << 20, null));
            threads[i] = new Thread(() => problems[own] = Record.Exception(() =>
            {
                using GpuQueue queue = driver.CreateQueue();
                while (clock.Elapsed < s_duration)
                {
                    for (int kernel = 0; kernel < 5; kernel++)
                    {
                        // Small grids, and again and again one that is larger than all before.
                        int count = kernel < 4 ? 1 + own % 4 : Math.Min(Interlocked.Increment(ref groups), 1024);
                        var launch = new KernelLaunch(GpuKernel.ClearIntegers, count);
                        launch.Add(space, address, sizeof(int));
                        launch.Add(256 * count);
                        queue.Launch(in launch);
                    }
                    queue.Finish();
                }
            }));
        }
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.All(problems, Assert.Null);
        Assert.True(groups > 10, $"{groups} sizes");
    }
}
