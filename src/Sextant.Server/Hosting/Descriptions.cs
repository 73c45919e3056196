using Microsoft.OpenApi;
using Sextant.Server.Http;
using Sextant.Server.Routes;

namespace Sextant.Server.Hosting;

/// <summary>The OpenAPI document: names as they are on the wire, and values that have several forms.</summary>
internal static class Descriptions
{
    public static void Add(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(http =>
        {
            http.SerializerOptions.PropertyNamingPolicy = Json.Options.PropertyNamingPolicy;
            http.SerializerOptions.NumberHandling = Json.Options.NumberHandling;
        });
        services.AddOpenApi(options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "sextant-server",
                    Version = typeof(Descriptions).Assembly.GetName().Version!.ToString(3),
                    Description = "Embeddings, reranking and search; a vector has the same bits whatever it is "
                        + "computed with.",
                };
                document.Servers?.Clear();
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer((schema, context, _) =>
            {
                IOpenApiSchema[] forms = FormsOf(context.JsonTypeInfo.Type);
                if (forms.Length > 0)
                    (schema.Type, schema.OneOf) = (null, forms);
                return Task.CompletedTask;
            });
        });
    }

    private static IOpenApiSchema[] FormsOf(Type type)
    {
        if (type == typeof(TextsOrTokens))
            return [String(), Array(String()), Array(Integer()), Array(Array(Integer()))];
        if (type == typeof(Sequences))
            return [String(), Array(String()), Array(Array(String()))];
        return type != typeof(RerankRoutes.Document) ? []
            :
            [
                String(), new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema> { ["text"] = String() },
                    Required = new HashSet<string> { "text" },
                },
            ];
    }

    private static OpenApiSchema String() => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema Integer() => new() { Type = JsonSchemaType.Integer, Minimum = "0" };

    private static OpenApiSchema Array(IOpenApiSchema items) => new() { Type = JsonSchemaType.Array, Items = items };
}
