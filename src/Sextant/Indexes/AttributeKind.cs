namespace Sextant.Indexes;

/// <summary>What the values of an attribute are: the same in all documents of an index.</summary>
public enum AttributeKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number of 64 bits.</summary>
    Integer,

    /// <summary>A number, IEEE binary64.</summary>
    Double,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A list of texts, which may be empty.</summary>
    Texts,

    /// <summary>A list of whole numbers, which may be empty.</summary>
    Integers,

    /// <summary>A list of numbers, which may be empty.</summary>
    Doubles,
}

/// <summary>What is asked of kinds.</summary>
internal static class AttributeKinds
{
    /// <summary>Whether a value is a list.</summary>
    public static bool IsList(this AttributeKind kind) => kind >= AttributeKind.Texts;

    /// <summary>What an element of a list is; the kind itself where it is no list.</summary>
    public static AttributeKind Element(this AttributeKind kind) => kind switch
    {
        AttributeKind.Texts => AttributeKind.Text,
        AttributeKind.Integers => AttributeKind.Integer,
        AttributeKind.Doubles => AttributeKind.Double,
        _ => kind,
    };

    /// <summary>For messages.</summary>
    public static string Name(this AttributeKind kind) => kind switch
    {
        AttributeKind.Text => "a text",
        AttributeKind.Integer => "a whole number",
        AttributeKind.Double => "a number",
        AttributeKind.Boolean => "true or false",
        AttributeKind.Texts => "a list of texts",
        AttributeKind.Integers => "a list of whole numbers",
        _ => "a list of numbers",
    };
}
