using Npgsql;

namespace Sextant.Postgres.Cli;

/// <summary>Addresses of databases: libpq's form with a scheme, or Npgsql's of keywords.</summary>
internal static class Address
{
    /// <summary>Npgsql's form of an address; a password is never shown.</summary>
    /// <exception cref="WrongUsageException">It is no address.</exception>
    public static string Of(string address)
    {
        try
        {
            return address.Contains("://", StringComparison.Ordinal)
                ? OfUri(new Uri(address)) : new NpgsqlConnectionStringBuilder(address).ConnectionString;
        }
        catch (Exception problem) when (problem is UriFormatException or ArgumentException)
        {
            throw new WrongUsageException(
                "the address is none; postgres://USER:PASSWORD@HOST:PORT/DATABASE or Host=…;Username=…;Database=… is "
                + "accepted");
        }
    }

    private static string OfUri(Uri uri)
    {
        if (uri.Scheme is not ("postgres" or "postgresql"))
            throw new WrongUsageException($"the scheme {uri.Scheme} is none of PostgreSQL's; postgres:// is accepted");
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host.Length == 0 ? "localhost" : uri.Host.Trim('[', ']'),
        };
        if (uri.Port > 0)
            builder.Port = uri.Port;
        string[] user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2)
            builder.Password = Uri.UnescapeDataString(user[1]);
        if (uri.AbsolutePath.Length > 1)
            builder.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        foreach (string one in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = one.Split('=', 2);
            // libpq's sslmode is Npgsql's SSL Mode, whose words have no hyphens; others have the same names.
            string name = parts[0] == "sslmode" ? "SSL Mode" : Uri.UnescapeDataString(parts[0]).Replace('_', ' ');
            string value = Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? "");
            builder[name] = parts[0] == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        return builder.ConnectionString;
    }
}
