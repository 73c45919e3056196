using System.Globalization;
using System.Reflection;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using Sextant.Ilgpu.Kernels;

namespace Sextant.Ilgpu;

/// <summary>
/// What <see cref="Vec"/> is in OpenCL C: vectors of 16 floats as variables of their own, which a driver for processors
/// keeps in registers.
/// </summary>
/// <remarks>
/// A constant names a variable that can be set again; the result of a function is a variable that is set once. A slot
/// of memory is an element of an array of the kernel's own.
/// </remarks>
internal static class VectorIntrinsics
{
    private const string Memory = "memory16";

    // {0}, {1} … are the arguments, vectors by their names.
    private static readonly Dictionary<string, string> s_words = new()
    {
        [nameof(Vec.Set)] = "{0} = {1};",
        [nameof(Vec.Of)] = "(float16)({0})",
        [nameof(Vec.Load)] = "vload16(0, {0})",
        [nameof(Vec.LoadF16)] = "vload_half16(0, (const global half*)({0}))",
        [nameof(Vec.LoadBF16)] = "as_float16(convert_uint16(vload16(0, {0})) << 16)",
        [nameof(Vec.LoadPart)] = Part("((float*)&part)[e] = ({0})[e];", "part", "{1}"),
        [nameof(Vec.Store)] = "vstore16({0}, 0, {1});",
        [nameof(Vec.StorePart)] =
            "{{ float16 part = {0}; for (int e = 0; e < {2}; e++) ({1})[e] = ((float*)&part)[e]; }}",
        [nameof(Vec.StoreColumn)] =
            "{{ float16 part = {0}; for (int e = 0; e < {3}; e++) ({1})[e * {2}] = ((float*)&part)[e]; }}",
        [nameof(Vec.Keep)] = Memory + "[{0}] = {1};",
        [nameof(Vec.Kept)] = Memory + "[{0}]",
        [nameof(Vec.Fma)] = "fma({0}, {1}, {2})",
        [nameof(Vec.Accumulate)] = "{0} = fma((float16)({1}), {2}, {0});",
        [nameof(Vec.Mul)] = "{0} * {1}",
        [nameof(Vec.Add)] = "{0} + {1}",
        [nameof(Vec.Sub)] = "{0} - {1}",
        [nameof(Vec.Div)] = "{0} / {1}",
        [nameof(Vec.Max)] = "{0} > {1} ? {0} : {1}",
        [nameof(Vec.IfAbove)] = "{0} > {1} ? {2} : {3}",
        [nameof(Vec.Negate)] = "-{0}",
        [nameof(Vec.LowerHalf)] = "as_float16((as_int16({0}) - (int16)({1})) >> 1)",
        [nameof(Vec.UpperHalf)] = "as_float16((as_int16({0}) - (int16)({1})) - as_int16({2}))",
        [nameof(Vec.Scale)] = "as_float16((as_int16({0}) + 127) << 23)",
        [nameof(Vec.IfSeen)] =
            "((int16)({1}) + (int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) <= (int16)({2}))"
            + " & ((int16)(-({1})) - (int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) <= (int16)({3}))"
            + " ? {0} : (float16)({4})",
    };

    /// <summary>Tells a context of them.</summary>
    public static void Register(Context.Builder builder)
    {
        IntrinsicImplementationManager all = builder.GetIntrinsicManager();
        foreach (MethodInfo method in typeof(Vec).GetMethods(BindingFlags.Public | BindingFlags.Static))
        {
            if (method.IsDefined(typeof(IntrinsicImplementationAttribute), false))
            {
                all.RegisterMethod(method, new CLIntrinsic(
                    typeof(VectorIntrinsics), nameof(WriteOpenCl), IntrinsicImplementationMode.GenerateCode));
            }
        }
    }

    private static string Part(string body, string name, string count) =>
        $"(float16)(0.0f); {{{{ float16 {name} = (float16)(0.0f); "
        + $"for (int e = 0; e < {count}; e++) {body} {{to}} = {name}; }}}}";

    // ILGPU calls it by its name and with all of these parameters.
#pragma warning disable IDE0051, IDE0060
    private static void WriteOpenCl(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        var method = (MethodInfo)call.Target.Source;
        ParameterInfo[] parameters = method.GetParameters();
        var operands = new List<string>();
        foreach (Value argument in call)
        {
            operands.Add(parameters[operands.Count].IsDefined(typeof(VectorAttribute))
                ? Variable(generator, argument.Resolve()) : Scalar(generator, argument.Resolve()));
        }
        string text = s_words[method.Name];
        generator.AppendIndent();
        if (method.ReturnType == typeof(void))
        {
            generator.Builder.AppendLine(string.Format(CultureInfo.InvariantCulture, text, [.. operands]));
            return;
        }
        string to = Declared(generator, $"vec{value.Id}");
        string right = string.Format(
            CultureInfo.InvariantCulture, text.Replace("{to}", to, StringComparison.Ordinal), [.. operands]);
        generator.Builder.Append(to).Append(" = ").Append(right).AppendLine(";");
    }
#pragma warning restore IDE0051, IDE0060

    // Constants have no variables.
    private static string Scalar(CLCodeGenerator generator, Value value) => value switch
    {
        PrimitiveValue { BasicValueType: BasicValueType.Float32 } one => string.Create(
            CultureInfo.InvariantCulture, $"as_float(0x{BitConverter.SingleToInt32Bits(one.Float32Value):X8})"),
        PrimitiveValue one => one.Int64Value.ToString(CultureInfo.InvariantCulture),
        _ => generator.Load(value).ToString()!,
    };

    // What an argument that stands for a vector is called.
    private static string Variable(CLCodeGenerator generator, Value value) => value switch
    {
        PrimitiveValue constant => Declared(generator, $"slot{constant.Int32Value}"),
        MethodCall call => $"vec{call.Id}",
        _ => throw new NotSupportedException($"{value} names no vector: neither a constant nor a result."),
    };

    private static string Declared(CLCodeGenerator generator, string name)
    {
        Declare(generator, $"\tfloat16 {name};\n");
        Declare(generator, $"\tfloat16 {Memory}[{Vec.MemorySlots}];\n");
        return name;
    }

    private static void Declare(CLCodeGenerator generator, string declaration)
    {
        if (!generator.VariableBuilder.ToString().Contains(declaration, StringComparison.Ordinal))
            generator.VariableBuilder.Append(declaration);
    }
}
