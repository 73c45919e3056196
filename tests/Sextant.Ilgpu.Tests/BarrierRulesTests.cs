using System.Reflection;
using System.Reflection.Emit;
using ILGPU;
using Sextant.Ilgpu.Kernels;

namespace Sextant.Ilgpu.Tests;

/// <summary>
/// Every item of a group has to come to every barrier, says OpenCL: what lets some leave early is refused. A loop with
/// a barrier ends at its condition alone, and nothing returns before a barrier. ILGPU's processor accelerator lets such
/// kernels pass; PoCL computes wrong bits.
/// </summary>
public sealed class BarrierRulesTests
{
    [Fact]
    public void NothingLeavesALoopWithABarrierOrReturnsBeforeOne()
    {
        int barriers = 0;
        var broken = new List<string>();
        foreach (Type type in typeof(Exact).Assembly.GetTypes().Where(type => type.Namespace == typeof(Exact).Namespace))
        {
            foreach (MethodInfo method in type.GetMethods(KernelRulesTests.All))
            {
                if (method.GetMethodBody() is null || !HasBarrier(method))
                    continue;
                barriers++;
                broken.AddRange(WaysPastABarrier(method).Select(what => $"{type.Name}.{method.Name}: {what}"));
            }
        }
        Assert.Equal([], broken);
        Assert.True(barriers > 10, $"only {barriers} methods have barriers");
    }

    [Fact]
    public void WaysPastABarrierAreSeen()
    {
        Assert.NotEmpty(WaysPastABarrier(((Action<int, int>)Leaves).Method));
        Assert.NotEmpty(WaysPastABarrier(((Action<int, int>)LeavesAFold).Method));
        Assert.NotEmpty(WaysPastABarrier(((Action<int, int>)Returns).Method));
        Assert.Empty(WaysPastABarrier(((Action<int, int>)Comes).Method));
    }

    private static void Leaves(int item, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (item > i)
                break;
            Group.Barrier();
        }
    }

    private static void LeavesAFold(int item, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (item > i)
                break;
            Comes(item, count);
        }
    }

    private static void Returns(int item, int count)
    {
        if (item > count)
            return;
        Group.Barrier();
    }

    private static void Comes(int item, int count)
    {
        int taken = 0;
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (item > j)
                    break;
                taken++;
            }
            Group.Barrier();
        }
        Group.Barrier();
        GC.KeepAlive(taken);
    }

    private static IEnumerable<string> WaysPastABarrier(MethodInfo method)
    {
        Instruction[] code = [.. Read(method)];
        int[] barriers = [.. code.Where(one => one.Called is { } called && IsBarrier(called)).Select(one => one.At)];
        foreach (Instruction one in code)
        {
            if (one.Op == OpCodes.Ret && barriers.Any(barrier => barrier > one.At))
                yield return $"returns at {one.At}, before a barrier";
            if (one.Target > one.At || one.Target < 0)
                continue;
            // A branch back ends a loop, which begins where it goes.
            (int first, int end) = (one.Target, one.At);
            if (!barriers.Any(barrier => barrier >= first && barrier < end))
                continue;
            foreach (Instruction inside in code.Where(other => other.At >= first && other.At < end))
            {
                if (inside.Op == OpCodes.Ret || (inside.Target >= 0 && (inside.Target < first || inside.Target > end)))
                    yield return $"leaves at {inside.At} the loop of {first} to {end}, which has a barrier";
            }
        }
    }

    private static bool HasBarrier(MethodInfo method) =>
        method.GetMethodBody() is not null && Read(method).Any(one => one.Called is { } called && IsBarrier(called));

    // The kernels' own methods call each other, but none calls itself.
    private static bool IsBarrier(MethodBase called) => called.DeclaringType == typeof(Group)
        ? called.Name == nameof(Group.Barrier)
        : called is MethodInfo method && (method.DeclaringType?.Namespace == typeof(Exact).Namespace
            || method.DeclaringType == typeof(BarrierRulesTests)) && HasBarrier(method);

    private static IEnumerable<Instruction> Read(MethodInfo method)
    {
        byte[] code = method.GetMethodBody()!.GetILAsByteArray()!;
        int at = 0;
        while (at < code.Length)
        {
            int start = at;
            short value = code[at++];
            if (value == 0xFE)
                value = (short)(0xFE00 | code[at++]);
            OpCode op = KernelRulesTests.s_opCodes[value];
            int operand = at;
            at += KernelRulesTests.Size(op, code, at);
            int target = op.OperandType switch
            {
                OperandType.ShortInlineBrTarget => at + (sbyte)code[operand],
                OperandType.InlineBrTarget => at + BitConverter.ToInt32(code, operand),
                _ => -1,
            };
            MethodBase? called = op == OpCodes.Call || op == OpCodes.Callvirt
                ? method.Module.ResolveMethod(
                    BitConverter.ToInt32(code, operand), method.DeclaringType!.GetGenericArguments(),
                    method.GetGenericArguments())
                : null;
            yield return new Instruction(start, op, target, called);
        }
    }

    /// <param name="At">Where it is.</param>
    /// <param name="Op">What.</param>
    /// <param name="Target">Where a branch goes; −1 for others.</param>
    /// <param name="Called">What a call calls.</param>
    private sealed record Instruction(int At, OpCode Op, int Target, MethodBase? Called);
}
