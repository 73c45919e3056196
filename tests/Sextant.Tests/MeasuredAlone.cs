namespace Sextant.Tests;

/// <summary>Tests that measure the process's memory: nothing runs beside them.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public class MeasuredAlone;
