using Sextant.Postgres.Cli;

using var ending = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = !ending.IsCancellationRequested; // asked twice, the process ends at once
    ending.Cancel();
};
return await Tool.RunAsync(args, Console.Out, Console.Error, ending.Token);
