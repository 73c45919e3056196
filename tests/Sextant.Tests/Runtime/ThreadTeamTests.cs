using Sextant.Runtime;

namespace Sextant.Tests.Runtime;

[Collection(nameof(MeasuredAlone))]
public class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void EveryItemIsDoneOnce(int threads)
    {
        using var team = new ThreadTeam(threads);
        for (int round = 0; round < 2000; round++)
        {
            int count = round % 37;
            var done = new int[Math.Max(count, 1)];
            team.Run(new CountJob(done, threads), count);
            Assert.Equal(count, done.Sum());
            Assert.All(done.Take(count), times => Assert.Equal(1, times));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void ItemsOfACancelledCallAreDropped(int threads)
    {
        using var team = new ThreadTeam(threads);
        for (int round = 0; round < 50; round++)
        {
            using var cancellation = new CancellationTokenSource();
            var done = new int[1000];
            team.Run(new CancelJob(done, cancellation), done.Length, cancellation.Token);
            // One that was begun on each thread is finished.
            Assert.InRange(done.Sum(), 1, 10 + (2 * threads));
            // The next call is another one.
            Array.Clear(done);
            team.Run(new CountJob(done, threads), done.Length);
            Assert.Equal(done.Length, done.Sum());
        }
    }

    private readonly struct CancelJob(int[] done, CancellationTokenSource cancellation) : IJob
    {
        public void Execute(int item, int worker)
        {
            done[item]++;
            if (item >= 9)
                cancellation.Cancel();
        }
    }

    [Fact]
    public void SleepersWakeUp()
    {
        using var team = new ThreadTeam(4);
        for (int round = 0; round < 20; round++)
        {
            Thread.Sleep(2);
            var done = new int[100];
            team.Run(new CountJob(done, 4), 100);
            Assert.Equal(100, done.Sum());
        }
    }

    [Fact]
    public void CallersThatFindItBusyWorkAlone()
    {
        using var team = new ThreadTeam(2);
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            var done = new int[50];
            team.Run(new CountJob(done, 2), 50);
            Assert.Equal(50, done.Sum());
        });
    }

    [Fact]
    public void AnExceptionReachesTheCallerAndTheTeamGoesOn()
    {
        using var team = new ThreadTeam(3);
        for (int round = 0; round < 50; round++)
        {
            Assert.Throws<AggregateException>(() => team.Run(new FailingJob(), 20));
            var done = new int[20];
            team.Run(new CountJob(done, 3), 20);
            Assert.Equal(20, done.Sum());
        }
    }

    [Fact]
    public void ARunAllocatesNothing()
    {
        using var team = new ThreadTeam(2);
        var done = new int[64];
        Assert.Equal(0, Allocations.WhenSteady(() =>
        {
            for (int i = 0; i < 1000; i++)
                team.Run(new CountJob(done, 2), 64);
        }));
    }

    private readonly struct CountJob(int[] done, int threads) : IJob
    {
        public void Execute(int item, int worker)
        {
            if (worker < 0 || worker >= threads)
                throw new InvalidOperationException($"worker {worker} of {threads}");
            Interlocked.Increment(ref done[item]);
        }
    }

    private readonly struct FailingJob : IJob
    {
        public void Execute(int item, int worker)
        {
            if (item == 7)
                throw new InvalidOperationException("item 7");
        }
    }
}
