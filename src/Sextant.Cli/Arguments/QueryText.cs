namespace Sextant.Cli.Arguments;

/// <summary>A query on the command line.</summary>
internal static class QueryText
{
    /// <summary>Refuses a query that asks nothing: an empty one is a script's variable without a value.</summary>
    public static void Require(string query)
    {
        if (string.IsNullOrWhiteSpace(query))
            throw new WrongUsageException("the QUERY is empty; give words to look for");
    }
}
