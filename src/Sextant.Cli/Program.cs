using Sextant.Cli;

return ProcessHost.Run(args);
