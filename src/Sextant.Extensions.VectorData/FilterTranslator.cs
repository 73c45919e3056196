using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Microsoft.Extensions.VectorData.ProviderServices;
using Microsoft.Extensions.VectorData.ProviderServices.Filter;
using Sextant.Indexes;

#pragma warning disable MEVD9001 // experimental: what the abstractions offer to those who implement them

namespace Sextant.Extensions.VectorData;

/// <summary>Conditions in C# as filters of an index; null means what it means in C#: it is != 1.</summary>
internal sealed class FilterTranslator : FilterTranslatorBase
{
    private FilterTranslator()
    {
    }

    /// <summary>The filter of a condition.</summary>
    /// <exception cref="NotSupportedException">Something in it cannot be asked; the message has it.</exception>
    public static IndexFilter Translate(LambdaExpression filter, CollectionModel model)
    {
        var translator = new FilterTranslator();
        return translator.Condition(translator.PreprocessFilter(filter, model, new FilterPreprocessingOptions()));
    }

    private IndexFilter Condition(Expression node) => node switch
    {
        ConstantExpression { Value: bool value } => value ? IndexFilter.And() : IndexFilter.Or(),
        BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } both
            when both.Type == typeof(bool) => IndexFilter.And(Condition(both.Left), Condition(both.Right)),
        BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } one
            when one.Type == typeof(bool) => IndexFilter.Or(Condition(one.Left), Condition(one.Right)),
        UnaryExpression { NodeType: ExpressionType.Not } not when not.Type == typeof(bool) =>
            IndexFilter.Not(Condition(not.Operand)),
        BinaryExpression comparison when ComparisonOf(comparison.NodeType) is { } kind => Comparison(comparison, kind),
        MethodCallExpression call when TryMatchContains(call, out Expression? source, out Expression? item) =>
            Contains(call, source, item),
        MethodCallExpression { Method.Name: nameof(Enumerable.Any), Arguments: [var list, LambdaExpression each] } call
            when call.Method.DeclaringType == typeof(Enumerable) => Any(call, list, each),
        MethodCallExpression { Method.Name: nameof(Equals), Object: { } left, Arguments: [var right] } call =>
            Compare(call, left, right, IndexComparison.Equal),
        MemberExpression { Member.Name: nameof(Nullable<int>.HasValue), Expression: { } nullable }
            when Nullable.GetUnderlyingType(nullable.Type) is not null && Property(nullable) is { } property =>
            IndexFilter.Exists(property.StorageName),
        _ when Property(node) is { } property && Own(property.Type) == typeof(bool) =>
            IndexFilter.Where(IndexComparison.Equal, new IndexAttribute(property.StorageName, true)),
        _ => throw Unsupported(node),
    };

    private IndexFilter Comparison(BinaryExpression node, IndexComparison comparison) =>
        Property(node.Left) is not null
            ? Compare(node, node.Left, node.Right, comparison)
            : Compare(node, node.Right, node.Left, Reversed(comparison));

    private IndexFilter Compare(Expression node, Expression left, Expression right, IndexComparison comparison)
    {
        if (Property(left) is not { } property || !TryEvaluate(right, out object? value))
            throw Unsupported(node);
        bool isEquality = comparison is IndexComparison.Equal or IndexComparison.NotEqual;
        if (value is null)
        {
            return comparison switch
            {
                IndexComparison.Equal => IndexFilter.Not(IndexFilter.Exists(property.StorageName)),
                IndexComparison.NotEqual => IndexFilter.Exists(property.StorageName),
                _ => IndexFilter.Or(), // nothing is less or greater than null
            };
        }
        PropertyValue kept = PropertyValue.Of(property.Type) ?? throw Unsupported(node);
        if (kept.Kind.IsList() || (kept.Kind == AttributeKind.Boolean && !isEquality))
            throw Unsupported(node);
        IndexAttribute attribute = Operand(node, property, kept, value);
        return comparison == IndexComparison.NotEqual
            ? IndexFilter.Not(IndexFilter.Where(IndexComparison.Equal, attribute))
            : IndexFilter.Where(comparison, attribute);
    }

    private IndexFilter Contains(Expression node, Expression source, Expression item)
    {
        if (Property(source) is { } list)
        {
            return TryEvaluate(item, out object? value) ? Element(node, list, value) : throw Unsupported(node);
        }
        if (Property(item) is not { } property || !TryEvaluate(source, out object? values)
            || values is not IEnumerable some || PropertyValue.Of(property.Type) is not { } kept || kept.Kind.IsList())
        {
            throw Unsupported(node);
        }
        object?[] all = [.. some.Cast<object?>()];
        IndexAttribute[] operands =
            [.. all.Where(one => one is not null).Select(one => Operand(node, property, kept, one!))];
        IndexFilter found = operands.Length == 0 ? IndexFilter.Or() : IndexFilter.In(operands);
        return Array.IndexOf(all, null) < 0
            ? found
            : IndexFilter.Or(found, IndexFilter.Not(IndexFilter.Exists(property.StorageName)));
    }

    // r.Tags.Any(tag => some.Contains(tag))
    private IndexFilter Any(Expression node, Expression source, LambdaExpression each)
    {
        if (Property(source) is not { } list || each.Body is not MethodCallExpression call
            || !TryMatchContains(call, out Expression? some, out Expression? item) || item != each.Parameters[0]
            || !TryEvaluate(some, out object? values) || values is not IEnumerable all)
        {
            throw Unsupported(node);
        }
        return IndexFilter.Or(all.Cast<object?>().Select(one => Element(node, list, one)));
    }

    private static IndexFilter Element(Expression node, PropertyModel list, object? value)
    {
        PropertyValue? kept = PropertyValue.Of(list.Type);
        if (kept is null || !kept.Kind.IsList())
            throw Unsupported(node);
        return value is null
            ? IndexFilter.Or() // no list has null
            : IndexFilter.Contains(kept.Element(list.StorageName, value));
    }

    // Numbers are compared by their values, whatever their types; anything else is of the property's type.
    private static IndexAttribute Operand(Expression node, PropertyModel property, PropertyValue kept, object value)
    {
        string name = property.StorageName;
        if (value.GetType() == kept.Type)
            return kept.Element(name, value);
        bool isNumber = kept.Kind is AttributeKind.Integer or AttributeKind.Double && kept.Type.IsPrimitive;
        return value switch
        {
            byte or sbyte or short or ushort or int or uint or long when isNumber => new IndexAttribute(
                name, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
            float real when isNumber => new IndexAttribute(name, (double)real),
            double real when isNumber => new IndexAttribute(name, real),
            _ => throw Unsupported(node),
        };
    }

    private PropertyModel? Property(Expression expression)
    {
        try
        {
            return TryBindProperty(expression, out PropertyModel? property) ? property : null;
        }
        catch (InvalidCastException problem)
        {
            throw new NotSupportedException(
                $"'{expression}' cannot be asked of a collection: {problem.Message}", problem);
        }
    }

    protected override bool TryBindProperty(
        Expression expression, [NotNullWhen(true)] out PropertyModel? propertyModel)
    {
        Expression inner = expression;
        // A number that is widened is the same number; and r.X.Value is r.X, as comparisons see it.
        while (true)
        {
            if (inner is UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert
                && IsWidening(Own(convert.Operand.Type), Own(convert.Type)))
            {
                inner = convert.Operand;
            }
            else if (inner is MemberExpression { Member.Name: nameof(Nullable<int>.Value), Expression: { } nullable }
                && Nullable.GetUnderlyingType(nullable.Type) is not null)
            {
                inner = nullable;
            }
            else
            {
                break;
            }
        }
        return base.TryBindProperty(inner, out propertyModel);
    }

    // Conversions that keep every value: none of them rounds.
    private static bool IsWidening(Type from, Type to) => from == to
        || (Type.GetTypeCode(from), Type.GetTypeCode(to)) is
        (TypeCode.Byte, TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64 or TypeCode.Single or TypeCode.Double)
        or (TypeCode.Int16, TypeCode.Int32 or TypeCode.Int64 or TypeCode.Single or TypeCode.Double)
        or (TypeCode.Int32, TypeCode.Int64 or TypeCode.Double) or (TypeCode.Single, TypeCode.Double);

    private static Type Own(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    // What has no record in it is a value.
    private bool TryEvaluate(Expression expression, out object? value)
    {
        value = null;
        if (expression is ConstantExpression constant)
        {
            value = constant.Value;
            return true;
        }
        var search = new ParameterSearch();
        search.Visit(expression);
        if (search.Found || expression.Type.IsByRefLike)
            return false;
        value = Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object)))
            .Compile(preferInterpretation: true)();
        return true;
    }

    private static IndexComparison? ComparisonOf(ExpressionType type) => type switch
    {
        ExpressionType.Equal => IndexComparison.Equal,
        ExpressionType.NotEqual => IndexComparison.NotEqual,
        ExpressionType.LessThan => IndexComparison.Less,
        ExpressionType.LessThanOrEqual => IndexComparison.LessOrEqual,
        ExpressionType.GreaterThan => IndexComparison.Greater,
        ExpressionType.GreaterThanOrEqual => IndexComparison.GreaterOrEqual,
        _ => null,
    };

    private static IndexComparison Reversed(IndexComparison comparison) => comparison switch
    {
        IndexComparison.Less => IndexComparison.Greater,
        IndexComparison.LessOrEqual => IndexComparison.GreaterOrEqual,
        IndexComparison.Greater => IndexComparison.Less,
        IndexComparison.GreaterOrEqual => IndexComparison.LessOrEqual,
        _ => comparison,
    };

    private static NotSupportedException Unsupported(Expression node) => new(
        $"'{node}' cannot be asked of a collection; comparisons of a property with a value, &&, ||, ! and Contains "
        + "of a list are supported.");

    private sealed class ParameterSearch : ExpressionVisitor
    {
        public bool Found { get; private set; }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            Found = true;
            return node;
        }
    }
}
