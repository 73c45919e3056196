using Sextant.Runtime;

namespace Sextant.Tests.Runtime;

/// <summary>The last one out frees, once; nobody comes in after the owner has gone.</summary>
public class CallsInFlightTests
{
    [Fact]
    public void WithoutCallsDisposingFreesAtOnce()
    {
        int freed = 0;
        var calls = new CallsInFlight("Owner", () => freed++);
        calls.Enter().Dispose();
        Assert.Equal(0, freed);
        calls.Dispose();
        calls.Dispose();
        Assert.Equal(1, freed);
        Assert.Equal("Owner", Assert.Throws<ObjectDisposedException>(() => calls.Enter()).ObjectName);
    }

    [Fact]
    public void TheLastCallFrees()
    {
        int freed = 0;
        var calls = new CallsInFlight("Owner", () => freed++);
        CallsInFlight.Call first = calls.Enter(), second = calls.Enter();
        calls.Dispose();
        Assert.Throws<ObjectDisposedException>(() => calls.Enter());
        second.Dispose();
        Assert.Equal(0, freed);
        first.Dispose();
        Assert.Equal(1, freed);
    }

    [Fact]
    public void NoThreadIsInsideWhenItIsFreed()
    {
        for (int round = 0; round < 200; round++)
        {
            int inside = 0, insideWhenFreed = -1;
            var calls = new CallsInFlight("Owner", () => insideWhenFreed = Volatile.Read(ref inside));
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                try
                {
                    while (true)
                    {
                        using CallsInFlight.Call call = calls.Enter();
                        Interlocked.Increment(ref inside);
                        Interlocked.Decrement(ref inside);
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            }))];
            Array.ForEach(threads, thread => thread.Start());
            calls.Dispose();
            Array.ForEach(threads, thread => thread.Join());
            Assert.Equal(0, insideWhenFreed);
        }
    }
}
