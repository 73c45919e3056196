using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace Sextant.Ilgpu;

/// <summary>
/// Compiles a kernel with ILGPU, puts its text right and has the driver build it with the options of exact mode.
/// </summary>
internal static class KernelBuilder
{
    private const string OpenClOptions = " -cl-fp32-correctly-rounded-divide-sqrt";

    /// <summary>Builds a kernel for an accelerator.</summary>
    /// <param name="accelerator">What it will run on.</param>
    /// <param name="method">The kernel.</param>
    /// <param name="groupSize">Items of each of its groups.</param>
    /// <param name="facts">What the kernel needs to know of it.</param>
    /// <exception cref="DeviceException">The driver does not build it.</exception>
    public static Kernel Build(Accelerator accelerator, MethodInfo method, int groupSize, IlgpuFacts facts)
    {
        Backend backend = accelerator.GetBackend();
        CompiledKernel compiled = backend.Compile(
            EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization(groupSize, null));
        return compiled switch
        {
            CLCompiledKernel kernel => BuildOpenCl((CLAccelerator)accelerator, kernel, facts),
            PTXCompiledKernel kernel => accelerator.LoadKernel(WithText(kernel, accelerator.Context)),
            _ => accelerator.LoadKernel(compiled),
        };
    }

    /// <summary>PTX as it is loaded.</summary>
    public static PTXCompiledKernel WithText(PTXCompiledKernel kernel, Context context) =>
        NewPtx(context, EntryPointOf(kernel), kernel.Info, KernelText.Ptx(kernel.PTXAssembly));

    // ILGPU builds with the language's version alone: it gets an empty kernel of the same name, whose program is then
    // exchanged for one that is built with our options.
    private static CLKernel BuildOpenCl(CLAccelerator accelerator, CLCompiledKernel compiled, IlgpuFacts facts)
    {
        CLCVersion version = facts.HasGenericSpace ? compiled.CVersion : CLCVersion.CL12;
        string text = KernelText.OpenCl(compiled.Source, facts.HasGenericSpace);
        var kernel = (CLKernel)accelerator.LoadKernel(new CLCompiledKernel(
            accelerator.Context, (SeparateViewEntryPoint)EntryPointOf(compiled), compiled.Info,
            $"kernel void {compiled.Name}() {{ }}", version));
        CLAPI api = CLAPI.CurrentAPI;
        CLException.ThrowIfFailed(api.CreateProgram(accelerator.NativePtr, text, out nint program));
        string options = $"-cl-std={version}{OpenClOptions}{(facts.IsForTests ? " -cl-opt-disable" : "")}";
        CLError error = api.BuildProgram(program, accelerator.DeviceId, options);
        if (error != CLError.CL_SUCCESS)
        {
            _ = api.GetProgramBuildLog(program, accelerator.DeviceId, out string? log);
            throw DeviceException.BuildFailed(
                accelerator.Name, $"its driver does not build ILGPU's kernel {compiled.Name} ({error}).", log ?? "");
        }
        CLException.ThrowIfFailed(api.CreateKernel(program, compiled.Name, out nint function));
        _ = api.ReleaseKernel(KernelOf(kernel));
        _ = api.ReleaseProgram(ProgramOf(kernel));
        ProgramOf(kernel) = program;
        KernelOf(kernel) = function;
        return kernel;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_EntryPoint")]
    private static extern EntryPoint EntryPointOf(CompiledKernel kernel);

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern PTXCompiledKernel NewPtx(
        Context context, EntryPoint entryPoint, CompiledKernel.KernelInfo? info, string ptx);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "programPtr")]
    private static extern ref nint ProgramOf(CLKernel kernel);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "kernelPtr")]
    private static extern ref nint KernelOf(CLKernel kernel);
}
