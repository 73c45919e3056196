using System.Numerics;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>
/// Up to 32 threads that run together. Those that are furthest behind go first, so that threads which part meet again;
/// at an instruction that needs others they wait.
/// </summary>
internal sealed class PtxWarp
{
    public const int Threads = 32;
    private const long MaxSteps = 1L << 31;

    private readonly PtxFunction _function;
    private readonly int[] _next = new int[Threads];
    private readonly ulong[] _registers;
    private uint _done;
    private uint _waiting;

    public PtxWarp(PtxFunction function, int first, int count)
    {
        (_function, First, Count) = (function, first, count);
        _registers = new ulong[function.Registers * Threads];
    }

    /// <summary>Number of the first thread in its block, and how many there are.</summary>
    public int First { get; }

    public int Count { get; }

    public uint All => uint.MaxValue >> (Threads - Count);

    /// <summary>Whether all threads have ended.</summary>
    public bool IsDone => _done == All;

    /// <summary>The instruction that all threads wait at.</summary>
    public PtxInstruction Waiting => _function.Code[_next[0]];

    public void Begin(long block, long blocks, int threads)
    {
        Array.Fill(_registers, ulong.MaxValue);
        Array.Clear(_next);
        (_done, _waiting) = (0, 0);
        for (int lane = 0; lane < Threads; lane++)
            Values(PtxFunction.ThreadId)[lane] = (ulong)(First + lane);
        Values(PtxFunction.BlockId).Fill((ulong)block);
        Values(PtxFunction.ThreadCount).Fill((ulong)threads);
        Values(PtxFunction.BlockCount).Fill((ulong)blocks);
        for (int i = 0; i < _function.Constants.Length; i++)
            Values(PtxFunction.Specials + i).Fill(_function.Constants[i]);
    }

    /// <summary>A register's values, by lane.</summary>
    public Span<ulong> Values(int register) => _registers.AsSpan(register * Threads, Threads);

    public ref ulong this[int register, int lane] => ref _registers[(register * Threads) + lane];

    /// <summary>Lets the threads go on after what they wait at.</summary>
    public void Release()
    {
        _waiting = 0;
        for (int lane = 0; lane < Count; lane++)
            _next[lane]++;
    }

    /// <summary>Runs until all threads have ended or wait, all at one instruction.</summary>
    /// <param name="access">Does what is done with memory: for the lanes of the mask.</param>
    public void Run(Action<PtxWarp, PtxInstruction, uint> access)
    {
        PtxInstruction[] code = _function.Code;
        for (long step = 0; step < MaxSteps; step++)
        {
            uint going = All & ~_done & ~_waiting;
            if (going == 0)
            {
                Require();
                return;
            }
            int place = int.MaxValue;
            uint lanes = 0;
            for (uint left = going; left != 0; left &= left - 1)
            {
                int lane = BitOperations.TrailingZeroCount(left);
                if (_next[lane] < place)
                    (place, lanes) = (_next[lane], 0);
                if (_next[lane] == place)
                    lanes |= 1u << lane;
            }
            // All at one place: on they go together, until they part.
            bool together = lanes == going, parted = false;
            do
            {
                PtxInstruction one = code[place];
                uint active = one.Guard < 0 ? lanes : Guarded(one, lanes);
                if (one.Kind == PtxKind.Branch && active != 0)
                {
                    if (active == lanes)
                    {
                        place = one.Target;
                        continue;
                    }
                    Go(lanes, place + 1);
                    Go(active, one.Target);
                    parted = true;
                    break;
                }
                if (active != 0 && !Step(one, active, access))
                {
                    // Those whose predicate is not set pass by; whether that may be is seen when nobody goes on.
                    Go(active, place);
                    Go(lanes & ~active, place + 1);
                    if (one.Kind == PtxKind.Return)
                        _done |= active;
                    else
                        _waiting |= active;
                    parted = true;
                    break;
                }
                place++;
            }
            while (together && ++step < MaxSteps);
            if (!parted)
                Go(lanes, place);
        }
        throw new PtxFault($"{_function.Name}: no end is in sight");
    }

    private bool Step(PtxInstruction one, uint active, Action<PtxWarp, PtxInstruction, uint> access)
    {
        switch (one.Kind)
        {
            case PtxKind.Compute:
                Compute(one, active);
                return true;
            case PtxKind.Parameter:
            case PtxKind.Load:
            case PtxKind.Store:
            case PtxKind.AtomicAdd:
            case PtxKind.Copy:
            case PtxKind.CopyCommit:
            case PtxKind.CopyWait:
            case PtxKind.FenceProxy:
            case PtxKind.FenceRegisters:
                access(this, one, active);
                return true;
            default:
                return false;
        }
    }

    private void Compute(PtxInstruction one, uint active)
    {
        int[] from = one.From;
        Span<ulong> to = Values(one.To[0]), a = Values(from[0]);
        Span<ulong> b = from.Length > 1 ? Values(from[1]) : a, c = from.Length > 2 ? Values(from[2]) : a;
        if (active == uint.MaxValue && one.Frequent != PtxFrequent.None)
        {
            PtxArithmetic.Compute(one.Frequent, to, a, b, c);
            return;
        }
        for (uint left = active; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            to[lane] = one.Compute!(a[lane], b[lane], c[lane]);
        }
    }

    private uint Guarded(PtxInstruction one, uint lanes)
    {
        Span<ulong> guard = Values(one.Guard);
        uint set = 0;
        for (int lane = 0; lane < Threads; lane++)
            set |= (uint)(guard[lane] & 1) << lane;
        return lanes & (one.GuardIsNegated ? ~set : set);
    }

    private void Go(uint lanes, int place)
    {
        if (lanes == uint.MaxValue)
        {
            Array.Fill(_next, place);
            return;
        }
        for (uint left = lanes; left != 0; left &= left - 1)
            _next[BitOperations.TrailingZeroCount(left)] = place;
    }

    // Nobody goes on: all must have ended, or wait at the same instruction.
    private void Require()
    {
        if (_done == All)
            return;
        int at = BitOperations.TrailingZeroCount(_waiting);
        for (int lane = 0; lane < Count; lane++)
        {
            if ((_waiting >> lane & 1) == 0 || _next[lane] != _next[at])
            {
                throw Fault(
                    _function.Code[_next[at]], at,
                    $"waits here for all of its warp; thread {First + lane} does not come");
            }
        }
    }

    public PtxFault Fault(PtxInstruction one, int lane, string what) =>
        new($"{_function.Name}, line {one.Line}, thread {First + lane}: {what}: {one.Text}");
}
