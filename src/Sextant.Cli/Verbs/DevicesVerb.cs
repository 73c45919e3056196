using System.Globalization;
using System.Text;
using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Gpu;
using Sextant.Ilgpu;
using Sextant.Kernels;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant devices</c>: what can compute here, and why something cannot.</summary>
internal sealed class DevicesVerb : Verb
{
    public override string Name => "devices";

    public override string Summary =>
        "Lists what can compute here: the CPU, CUDA and OpenCL devices, directly and through ILGPU.";

    public override string Usage => "";

    public override string Details =>
        "Each device is opened once: its kernels are built, and its arithmetic is checked against the CPU's. "
        + "A device that cannot be used says why.";

    public override Flag[] Flags => [];

    public override (string Line, string Meaning)[] Examples => [("sextant devices", "All of them.")];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        if (arguments.Texts.Count > 0)
            throw new WrongUsageException($"devices takes nothing; '{arguments.Texts[0]}' is not accepted here");
        var facts = new FactList();
        facts.Section("cpu");
        facts.Add("kernels", InstructionSets.Name(KernelSet.Chosen.Isa));
        facts.Add("threads", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture));
        facts.Add("precision", string.Join(", ", Enum.GetValues<Precision>().Where(Device.Cpu.Supports)
            .Select(PrecisionName.Word)));
        foreach (ListedDevice device in AnyDevice.All())
            Add(facts, device);
        using OutputFile output = OutputFile.Create(null, terminal);
        output.Stream.Write(Encoding.UTF8.GetBytes(facts.ToString()));
        output.Commit();
        return Tool.Ok;
    }

    private static void Add(FactList facts, ListedDevice device)
    {
        facts.Section(device.Choice);
        if (device.Name.Length > 0)
        {
            facts.Add("name", device.Name);
            facts.Add("memory", string.Create(CultureInfo.InvariantCulture, $"{device.MemoryBytes >> 20} MiB"));
            facts.Add("driver", device.Driver);
            facts.Add("version", device.Version);
        }
        if (device.Problem is { } problem)
            facts.Add("cannot be used", problem);
        else
            facts.Add("precision", string.Join(", ", device.Precisions.Select(PrecisionName.Word)));
        if (device.FastNote is { } note)
            facts.Add("fast", note);
    }
}
