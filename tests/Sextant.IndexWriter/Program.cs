using System.Globalization;
using Sextant;
using Sextant.Indexes;
using Sextant.IndexWriting;

// FOLDER [ROUNDS]: writes commits to an index until it is killed, or so many, and says each one's round when it is
// done. Exit code 3: the index or its disk refused, and stderr says why; 4: a writer that had failed went on.
// Or store FOLDER: the same through a VectorStore, until it is killed.
// Or mutate COUNT SEED FOLDER: changes indexes as a forger would, and reads and writes them.
if (args[0] == "mutate")
{
    int Number(int position) => int.Parse(args[position], CultureInfo.InvariantCulture);
    return MutationRun.Run(Number(1), Number(2), args[3]);
}
if (args[0] == "store")
{
    await StoreRun.Run(args[1]);
    return 0;
}
string folder = args[0];
long last = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : long.MaxValue;
try
{
    using VectorIndex writer = File.Exists(Path.Combine(folder, "manifest"))
        ? VectorIndex.Open(folder)
        : VectorIndex.Create(folder, Rounds.Definition);
    long round;
    using (IndexReader reader = IndexReader.Open(folder))
        round = Rounds.Last(reader);
    while (round < last)
    {
        try
        {
            Rounds.Write(writer, ++round);
        }
        catch (InvalidIndexException problem)
        {
            Console.Error.WriteLine(problem.Message);
            return IsDead(writer) ? 3 : 4;
        }
        Console.Out.WriteLine(round.ToString(CultureInfo.InvariantCulture));
        Console.Out.Flush();
    }
    return 0;
}
catch (InvalidIndexException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 3;
}

// Only opening the index again makes a writer of it: what a failed fsync left may look right and be gone.
static bool IsDead(VectorIndex writer)
{
    try
    {
        writer.Commit();
        return false;
    }
    catch (InvalidOperationException)
    {
        return true;
    }
}
