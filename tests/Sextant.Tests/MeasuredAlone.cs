namespace Sextant.Tests;

/// <summary>Tests that measure allocations or the memory of the process: nothing runs beside them.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public class MeasuredAlone;
