using System.Reflection;
using System.Reflection.Emit;

namespace Sextant.Tests;

/// <summary>
/// The types that a compiled type uses: in its shape, its signatures and the instructions of its methods.
/// </summary>
internal static class IlReferences
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static
        | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> s_codes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>Every type that <paramref name="type"/> names, arrays and generic arguments taken apart.</summary>
    public static HashSet<Type> Of(Type type)
    {
        var found = new HashSet<Type>();
        Add(found, type.BaseType);
        foreach (Type other in type.GetInterfaces())
            Add(found, other);
        foreach (FieldInfo field in type.GetFields(Everything))
            Add(found, field.FieldType);
        foreach (MethodBase method in type.GetMethods(Everything).Cast<MethodBase>()
            .Concat(type.GetConstructors(Everything)))
        {
            AddSignature(found, method);
            if (method.GetMethodBody() is not { } body)
                continue;
            foreach (LocalVariableInfo local in body.LocalVariables)
                Add(found, local.LocalType);
            foreach (int token in Tokens(body.GetILAsByteArray()!))
                AddMember(found, method, token);
        }
        return found;
    }

    private static void AddMember(HashSet<Type> found, MethodBase method, int token)
    {
        Type[]? ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        MemberInfo? member = method.Module.ResolveMember(token, ofType, ofMethod);
        Add(found, member as Type ?? member?.DeclaringType);
        if (member is FieldInfo field)
            Add(found, field.FieldType);
        if (member is MethodBase called)
            AddSignature(found, called);
    }

    private static void AddSignature(HashSet<Type> found, MethodBase method)
    {
        foreach (ParameterInfo parameter in method.GetParameters())
            Add(found, parameter.ParameterType);
        if (method is MethodInfo function)
            Add(found, function.ReturnType);
        if (method.IsGenericMethod)
        {
            foreach (Type argument in method.GetGenericArguments())
                Add(found, argument);
        }
    }

    private static void Add(HashSet<Type> found, Type? type)
    {
        while (type?.HasElementType == true)
            type = type.GetElementType();
        if (type is null || !found.Add(type))
            return;
        foreach (Type argument in type.GetGenericArguments())
            Add(found, argument);
    }

    // Operands that name a member; other operands are skipped by their sizes (ECMA-335, partition III).
    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (int at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE)
                value = (short)(0xFE00 | code[at++]);
            switch (s_codes[value].OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + 4 * BitConverter.ToInt32(code, at);
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok
                    or OperandType.InlineType:
                    yield return BitConverter.ToInt32(code, at);
                    at += 4;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }
}
