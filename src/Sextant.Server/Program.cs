using Sextant.Server.Hosting;

return await ServerHost.Run(args, Console.Error).ConfigureAwait(false);
