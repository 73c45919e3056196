using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using Sextant.Ilgpu.Kernels;

namespace Sextant.Ilgpu;

/// <summary>What <see cref="Exact"/> is in PTX and in OpenCL C: one instruction, or one operator.</summary>
internal static class ExactIntrinsics
{
    private static readonly Dictionary<string, (string Ptx, string OpenCl)> s_words = new()
    {
        [nameof(Exact.Fma)] = ("fma.rn.f32", "fma"),
        [nameof(Exact.Mul)] = ("mul.rn.f32", "*"),
        [nameof(Exact.Add)] = ("add.rn.f32", "+"),
        [nameof(Exact.Sub)] = ("sub.rn.f32", "-"),
        [nameof(Exact.Div)] = ("div.rn.f32", "/"),
        [nameof(Exact.Sqrt)] = ("sqrt.rn.f32", "sqrt"),
        [nameof(Exact.Above)] = ("setp.gt.f32", ">"),
    };

    /// <summary>Tells a context of them.</summary>
    public static void Register(Context.Builder builder)
    {
        IntrinsicImplementationManager all = builder.GetIntrinsicManager();
        foreach (string name in s_words.Keys)
        {
            MethodInfo source = typeof(Exact).GetMethod(name)!;
            all.RegisterMethod(source, new PTXIntrinsic(
                typeof(ExactIntrinsics), nameof(WritePtx), IntrinsicImplementationMode.GenerateCode));
            all.RegisterMethod(source, new CLIntrinsic(
                typeof(ExactIntrinsics), nameof(WriteOpenCl), IntrinsicImplementationMode.GenerateCode));
        }
    }

    // ILGPU calls these two by their names and with all of these parameters.
#pragma warning disable IDE0051, IDE0060
    private static void WritePtx(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        var operands = new List<RegisterAllocator<PTXRegisterKind>.PrimitiveRegister>();
        foreach (Value argument in call)
            operands.Add(generator.LoadPrimitive(argument));
        RegisterAllocator<PTXRegisterKind>.HardwareRegister to = generator.AllocateHardware(value);
        using PTXCodeGenerator.CommandEmitter command = generator.BeginCommand(s_words[call.Target.Source.Name].Ptx);
        command.AppendArgument(to);
        foreach (RegisterAllocator<PTXRegisterKind>.PrimitiveRegister operand in operands)
            command.AppendArgument(operand);
    }

    private static void WriteOpenCl(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        string word = s_words[call.Target.Source.Name].OpenCl;
        var operands = new List<VariableAllocator.Variable>();
        foreach (Value argument in call)
            operands.Add(generator.Load(argument));
        VariableAllocator.Variable to = generator.Allocate(value);
        if (word.Length > 1)
        {
            using CLCodeGenerator.StatementEmitter function = generator.BeginStatement(to, word);
            function.BeginArguments();
            foreach (VariableAllocator.Variable operand in operands)
                function.AppendArgument(operand);
            function.EndArguments();
            return;
        }
        using CLCodeGenerator.StatementEmitter statement = generator.BeginStatement(to);
        statement.AppendArgument(operands[0]);
        statement.AppendCommand(word);
        statement.AppendArgument(operands[1]);
    }
#pragma warning restore IDE0051, IDE0060
}
