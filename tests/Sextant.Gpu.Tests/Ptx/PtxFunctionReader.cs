using System.Globalization;
using System.Text.RegularExpressions;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>Decodes a kernel, a line at a time.</summary>
/// <param name="name">Its name.</param>
/// <param name="dynamic">The shared memory that a launch asks for; null: there is none.</param>
internal sealed partial class PtxFunctionReader(string name, (string Name, int Alignment)? dynamic)
{
    private readonly List<(string Name, int Bytes)> _parameters = [];
    private readonly Dictionary<string, long> _shared = [];
    private readonly Dictionary<ulong, int> _constants = [];
    private readonly Dictionary<string, int> _registers = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly List<(PtxInstruction Branch, string Label)> _branches = [];
    private readonly List<PtxInstruction> _code = [];
    private int _sharedBytes;

    // The predicate that the text around a product of warpgroups declares for itself.
    private const string Local = "p";

    // Registers are numbered from here until it is known how many constants there are.
    private const int FirstRegister = 1 << 20;

    public int MaxThreads { get; set; }

    public void AddParameter(string parameter, int bytes) => _parameters.Add((parameter, bytes));

    public void Read(string line, int number)
    {
        if (line.EndsWith(':'))
            _labels.Add(line[..^1], _code.Count);
        else if (Shared().Match(line) is { Success: true } shared)
        {
            int alignment = Int(shared.Groups[1].Value);
            _sharedBytes = (_sharedBytes + alignment - 1) / alignment * alignment;
            _shared.Add(shared.Groups[2].Value, _sharedBytes);
            _sharedBytes += Int(shared.Groups[3].Value);
        }
        else if (!Declaration().IsMatch(line))
            _code.Add(Decode(line, number));
    }

    public PtxFunction Finish()
    {
        foreach ((PtxInstruction branch, string label) in _branches)
            branch.Target = _labels[label];
        // Specials, constants, registers.
        int constants = PtxFunction.Specials + _constants.Count;
        int Place(int place) => place >= FirstRegister ? place - FirstRegister + constants : place;
        foreach (PtxInstruction one in _code)
        {
            for (int i = 0; i < one.To.Length; i++)
                one.To[i] = Place(one.To[i]);
            for (int i = 0; i < one.From.Length; i++)
                one.From[i] = Place(one.From[i]);
            if (one.Guard >= 0)
                one.Guard = Place(one.Guard);
        }
        return new PtxFunction
        {
            Name = name,
            Parameters = [.. _parameters.Select(one => one.Bytes)],
            MaxThreads = MaxThreads,
            SharedBytes = _sharedBytes + (2 * dynamic?.Alignment ?? 0),
            TakesMoreShared = dynamic is not null,
            Registers = constants + _registers.Count,
            Constants = [.. _constants.OrderBy(one => one.Value).Select(one => one.Key)],
            Code = [.. _code],
        };
    }

    private PtxInstruction Decode(string line, int number)
    {
        Match parts = Instruction().Match(line);
        if (!parts.Success)
            throw new PtxFault($"line {number}: {line}");
        string mnemonic = parts.Groups[3].Value;
        string[] operands = [.. Operand().Matches(parts.Groups[4].Value).Select(one => one.Value.Trim())];
        PtxInstruction one = Known(mnemonic, operands)
            ?? throw new PtxFault($"line {number}: '{line}' is not known here.");
        (one.Text, one.Line) = (line, number);
        if (parts.Groups[2].Length > 0)
            (one.Guard, one.GuardIsNegated) = (Value(parts.Groups[2].Value), parts.Groups[1].Value == "@!");
        return one;
    }

    private PtxInstruction? Known(string mnemonic, string[] operands)
    {
        if (PtxArithmetic.Find(mnemonic) is { } compute)
            return Plain(PtxKind.Compute, operands, compute, PtxArithmetic.Frequent(mnemonic));
        switch (mnemonic)
        {
            case "bra" or "bra.uni":
                PtxInstruction branch = Plain(PtxKind.Branch, []);
                _branches.Add((branch, operands[0]));
                return branch;
            case "ret":
                return Plain(PtxKind.Return, []);
            case "bar.sync" when operands is ["0"]:
                return Plain(PtxKind.Barrier, []);
            case "bar.warp.sync" when operands is ["-1"]:
                return Plain(PtxKind.WarpBarrier, []);
            case "fence.proxy.async.shared::cta":
                return Plain(PtxKind.FenceProxy, []);
            case "wgmma.fence.sync.aligned":
                return Plain(PtxKind.FenceRegisters, []);
            case "wgmma.commit_group.sync.aligned":
                return Plain(PtxKind.WideCommit, []);
            case "wgmma.wait_group.sync.aligned":
                return new PtxInstruction { Kind = PtxKind.WideWait, Offset = Int(operands[0]) };
            case "cp.async.commit_group":
                return Plain(PtxKind.CopyCommit, []);
            case "cp.async.wait_group":
                return new PtxInstruction { Kind = PtxKind.CopyWait, Offset = Int(operands[0]) };
            case "cp.async.cg.shared.global" when operands is [var to, var from, "16", var bytes]:
                return Address(to, new PtxInstruction
                {
                    Kind = PtxKind.Copy,
                    From = [AddressRegister(to), AddressRegister(from), Value(bytes)],
                    Space = PtxSpace.Shared,
                    Bytes = 16,
                });
        }
        string[] words = mnemonic.Split('.');
        switch (words)
        {
            case ["shfl", "sync", "down" or "bfly" or "idx", "b32"] when operands is [_, _, _, "31", "-1"]:
                PtxInstruction shuffle = Plain(PtxKind.Shuffle, operands[..3]);
                shuffle.Variant = words[2];
                return shuffle;
            case ["ld", "param", ..]:
                return new PtxInstruction
                {
                    Kind = PtxKind.Parameter,
                    To = [Value(operands[0])],
                    Parameter = _parameters.FindIndex(one => $"[{one.Name}]" == operands[1]),
                };
            case ["ld", "global" or "shared", ..]:
                return Address(operands[1], new PtxInstruction
                {
                    Kind = PtxKind.Load,
                    To = Values(operands[0]),
                    From = [AddressRegister(operands[1])],
                    Space = Space(words[1]),
                    Bytes = Bytes(words[^1]),
                });
            case ["st", "global" or "shared", ..]:
                return Address(operands[0], new PtxInstruction
                {
                    Kind = PtxKind.Store,
                    From = [AddressRegister(operands[0]), .. Values(operands[1])],
                    Space = Space(words[1]),
                    Bytes = Bytes(words[^1]),
                });
            case ["atom", "global" or "shared", "add", "u32"]:
                return Address(operands[1], new PtxInstruction
                {
                    Kind = PtxKind.AtomicAdd,
                    To = [Value(operands[0])],
                    From = [AddressRegister(operands[1]), Value(operands[2])],
                    Space = Space(words[1]),
                    Bytes = 4,
                });
            case ["ldmatrix", "sync", "aligned", "m8n8", "x4", .., "shared", "b16"]:
                return Address(operands[1], new PtxInstruction
                {
                    Kind = PtxKind.LoadMatrix,
                    To = Values(operands[0]),
                    From = [AddressRegister(operands[1])],
                    Space = PtxSpace.Shared,
                    Bytes = 16,
                    Variant = words.Contains("trans") ? "trans" : "",
                });
            case ["mma", "sync", "aligned", "m16n8k16", "row", "col", "f32", "f16" or "bf16", var type, "f32"]
                when type == words[7]:
                return new PtxInstruction
                {
                    Kind = PtxKind.MultiplyMatrix,
                    To = Values(operands[0]),
                    From = [.. Values(operands[1]), .. Values(operands[2]), .. Values(operands[3])],
                    Variant = type,
                };
            // As they are, no factor negated, none transposed.
            case ["wgmma", "mma_async", "sync", "aligned", var shape, "f32", "f16" or "bf16", var type]
                when type == words[6] && operands is [_, _, _, _, "1", "1", "0", "0"]
                    && shape.StartsWith("m64n", StringComparison.Ordinal) && shape.EndsWith("k16", StringComparison.Ordinal):
                return new PtxInstruction
                {
                    Kind = PtxKind.MultiplyWide,
                    To = Values(operands[0]),
                    From = [Value(operands[1]), Value(operands[2]), Value(operands[3])],
                    Bytes = Int(shape[4..^3]),
                    Variant = type,
                };
            default:
                return null;
        }
    }

    private PtxInstruction Plain(
        PtxKind kind, string[] operands, Func<ulong, ulong, ulong, ulong>? compute = null,
        PtxFrequent frequent = PtxFrequent.None) => new()
        {
            Kind = kind,
            Compute = compute,
            Frequent = frequent,
            To = operands.Length == 0 ? [] : [Value(operands[0])],
            From = [.. operands.Skip(1).Select(Value)],
        };

    private static PtxInstruction Address(string operand, PtxInstruction one)
    {
        one.Offset = InBrackets().Match(operand) is { Success: true } match && match.Groups[2].Length > 0
            ? Int(match.Groups[2].Value)
            : 0;
        return one;
    }

    private int AddressRegister(string operand) => Value(InBrackets().Match(operand).Groups[1].Value);

    private int[] Values(string operand) =>
        [.. operand.Trim('{', '}').Split(',', StringSplitOptions.TrimEntries).Select(Value)];

    // The place of a value: a special register, a constant or a register.
    private int Value(string operand)
    {
        switch (operand)
        {
            case "%tid.x":
                return PtxFunction.ThreadId;
            case "%ctaid.x":
                return PtxFunction.BlockId;
            case "%ntid.x":
                return PtxFunction.ThreadCount;
            case "%nctaid.x":
                return PtxFunction.BlockCount;
        }
        if (operand.StartsWith('%') || operand == Local)
        {
            if (!_registers.TryGetValue(operand, out int register))
                _registers.Add(operand, register = FirstRegister + _registers.Count);
            return register;
        }
        ulong value;
        if (_shared.TryGetValue(operand, out long address))
            value = (ulong)address;
        else if (dynamic is { } more && operand == more.Name)
        {
            // No better aligned than it says.
            value = (ulong)(((_sharedBytes + more.Alignment - 1) / more.Alignment * more.Alignment) + more.Alignment);
        }
        else if (operand.Length > 1 && operand[0] == '0' && operand[1] is ('f' or 'd'))
            value = ulong.Parse(operand.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        else
            value = (ulong)Int128.Parse(operand, CultureInfo.InvariantCulture);
        if (!_constants.TryGetValue(value, out int place))
            _constants.Add(value, place = PtxFunction.Specials + _constants.Count);
        return place;
    }

    private static PtxSpace Space(string word) => word == "shared" ? PtxSpace.Shared : PtxSpace.Global;

    private static int Bytes(string type) => Int(type[1..]) / 8;

    private static int Int(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?:(@!?)(%p\d+)\s+)?([a-z][\w.:]*)\s*(.*);$")]
    private static partial Regex Instruction();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|[^,{}\[\]]*[^,{}\[\]\s][^,{}\[\]]*")]
    private static partial Regex Operand();

    [GeneratedRegex(@"^\[([^+\]]+)(?:\+(-?\d+))?\]$")]
    private static partial Regex InBrackets();

    [GeneratedRegex(@"^\.shared \.align (\d+) \.b8 (\w+)\[(\d+)\];$")]
    private static partial Regex Shared();

    [GeneratedRegex(@"^\.(reg \.|pragma "")")]
    private static partial Regex Declaration();
}
