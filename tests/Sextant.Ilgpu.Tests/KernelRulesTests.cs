using System.Reflection;
using System.Reflection.Emit;
using Sextant.Ilgpu.Kernels;

namespace Sextant.Ilgpu.Tests;

/// <summary>
/// What kernels may not do in C#: arithmetic and comparisons on floats outside of <see cref="Exact"/>, which ILGPU's
/// optimizer reassociates, contracts and gets wrong on NaN. Read from the IL of every method that a kernel can call.
/// </summary>
public sealed class KernelRulesTests
{
    internal const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance
        | BindingFlags.DeclaredOnly;

    internal static readonly Dictionary<short, OpCode> s_opCodes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private static readonly OpCode[] s_arithmetic =
    [
        OpCodes.Add, OpCodes.Sub, OpCodes.Mul, OpCodes.Div, OpCodes.Rem, OpCodes.Neg, OpCodes.Ceq, OpCodes.Cgt,
        OpCodes.Cgt_Un, OpCodes.Clt, OpCodes.Clt_Un, OpCodes.Beq, OpCodes.Beq_S, OpCodes.Bne_Un, OpCodes.Bne_Un_S,
        OpCodes.Bgt, OpCodes.Bgt_S, OpCodes.Bgt_Un, OpCodes.Bgt_Un_S, OpCodes.Bge, OpCodes.Bge_S, OpCodes.Bge_Un,
        OpCodes.Bge_Un_S, OpCodes.Blt, OpCodes.Blt_S, OpCodes.Blt_Un, OpCodes.Blt_Un_S, OpCodes.Ble, OpCodes.Ble_S,
        OpCodes.Ble_Un, OpCodes.Ble_Un_S,
    ];

    [Fact]
    public void KernelsComputeOnFloatsThroughExactAlone()
    {
        int methods = 0;
        var broken = new List<string>();
        foreach (Type type in typeof(Exact).Assembly.GetTypes().Where(type => type.Namespace == typeof(Exact).Namespace
            && type != typeof(Exact)))
        {
            foreach (MethodInfo method in type.GetMethods(All))
            {
                if (method.GetMethodBody() is null || method.Name == "Read")
                    continue;
                methods++;
                broken.AddRange(FloatOperations(method).Select(what => $"{type.Name}.{method.Name}: {what}"));
            }
        }
        Assert.Equal([], broken);
        Assert.True(methods > 60, $"only {methods} methods were read");
    }

    /// <summary>The reader sees what it is there for.</summary>
    [Theory]
    [InlineData(nameof(Exact.Fma), true)]
    [InlineData(nameof(Exact.Negate), false)]
    [InlineData(nameof(Exact.Mul), true)]
    [InlineData(nameof(Exact.Above), true)]
    [InlineData(nameof(Exact.Max), false)]
    public void AnOperatorOnFloatsIsSeen(string method, bool seen) =>
        Assert.Equal(seen, FloatOperations(typeof(Exact).GetMethod(method)!).Any());

    [Fact]
    public void MathFunctionsAndBranchesOnFloatsAreSeen()
    {
        Assert.NotEmpty(FloatOperations(((Func<float, float, float>)Clamped).Method));
        Assert.NotEmpty(FloatOperations(((Func<float, float>)CallsMath).Method));
    }

    private static float Clamped(float a, float b)
    {
        if (a > b)
            return b;
        return a;
    }

    private static float CallsMath(float a) => MathF.Max(a, 1f);

    // Follows what lies on the stack: whether each value is a float. Unknown values are taken for none, and what reads
    // fields, elements, arguments and results by their types is known.
    private static IEnumerable<string> FloatOperations(MethodInfo method)
    {
        byte[] code = method.GetMethodBody()!.GetILAsByteArray()!;
        IList<LocalVariableInfo> locals = method.GetMethodBody()!.LocalVariables;
        Type[] arguments = [.. method.IsStatic ? [] : new[] { method.DeclaringType! },
            .. method.GetParameters().Select(one => one.ParameterType)];
        var stack = new Stack<bool>();
        int at = 0;
        while (at < code.Length)
        {
            short value = code[at++];
            if (value == 0xFE)
                value = (short)(0xFE00 | code[at++]);
            OpCode op = s_opCodes[value];
            int operand = at;
            at += Size(op, code, at);
            if (s_arithmetic.Contains(op))
            {
                int takes = op == OpCodes.Neg ? 1 : 2;
                bool isFloat = false;
                for (int i = 0; i < takes; i++)
                    isFloat |= stack.Count > 0 && stack.Pop();
                if (isFloat)
                    yield return $"{op.Name} on a float";
                if (op.StackBehaviourPush != StackBehaviour.Push0)
                    stack.Push(isFloat && op.OpCodeType != OpCodeType.Macro && !IsComparison(op));
                continue;
            }
            if (op == OpCodes.Call || op == OpCodes.Callvirt || op == OpCodes.Newobj)
            {
                MethodBase called = method.Module.ResolveMethod(
                    BitConverter.ToInt32(code, operand), method.DeclaringType!.GetGenericArguments(),
                    method.GetGenericArguments())!;
                if (called.DeclaringType == typeof(MathF) || called.DeclaringType == typeof(Math))
                    yield return $"calls {called.DeclaringType.Name}.{called.Name}";
                int takes = called.GetParameters().Length + (called.IsStatic || op == OpCodes.Newobj ? 0 : 1);
                for (int i = 0; i < takes && stack.Count > 0; i++)
                    stack.Pop();
                Type? result = op == OpCodes.Newobj ? called.DeclaringType : ((MethodInfo)called).ReturnType;
                if (result != typeof(void))
                    stack.Push(IsFloat(result));
                continue;
            }
            Apply(op, stack, () => Pushed(op, method, code, operand, locals, arguments));
        }
    }

    private static bool IsComparison(OpCode op) => op.Name!.StartsWith('c');

    private static void Apply(OpCode op, Stack<bool> stack, Func<bool> pushed)
    {
        if (op == OpCodes.Dup)
        {
            stack.Push(stack.Count > 0 && stack.Peek());
            return;
        }
        for (int i = 0; i < Pops(op) && stack.Count > 0; i++)
            stack.Pop();
        if (op.StackBehaviourPush != StackBehaviour.Push0)
            stack.Push(pushed());
    }

    private static int Pops(OpCode op) => op.StackBehaviourPop switch
    {
        StackBehaviour.Pop0 => 0,
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8
            or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1
            or StackBehaviour.Popref_popi => 2,
        StackBehaviour.Varpop => 0,
        _ => 3,
    };

    private static bool Pushed(
        OpCode op, MethodInfo method, byte[] code, int operand, IList<LocalVariableInfo> locals, Type[] arguments)
    {
        if (op == OpCodes.Ldc_R4 || op == OpCodes.Ldc_R8 || op == OpCodes.Ldind_R4 || op == OpCodes.Ldelem_R4
            || op == OpCodes.Conv_R4 || op == OpCodes.Conv_R8 || op == OpCodes.Conv_R_Un)
        {
            return true;
        }
        if (op == OpCodes.Ldfld || op == OpCodes.Ldsfld)
        {
            return IsFloat(method.Module.ResolveField(
                BitConverter.ToInt32(code, operand), method.DeclaringType!.GetGenericArguments(),
                method.GetGenericArguments())!.FieldType);
        }
        int index = op.Name switch
        {
            "ldloc.0" or "ldarg.0" => 0,
            "ldloc.1" or "ldarg.1" => 1,
            "ldloc.2" or "ldarg.2" => 2,
            "ldloc.3" or "ldarg.3" => 3,
            "ldloc.s" or "ldarg.s" => code[operand],
            "ldloc" or "ldarg" => BitConverter.ToInt16(code, operand),
            _ => -1,
        };
        return index >= 0 && IsFloat(op.Name!.StartsWith("ldloc", StringComparison.Ordinal)
            ? locals[index].LocalType : arguments[index]);
    }

    private static bool IsFloat(Type? type) => type == typeof(float) || type == typeof(double);

    internal static int Size(OpCode op, byte[] code, int at) => op.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
        _ => 4,
    };
}
