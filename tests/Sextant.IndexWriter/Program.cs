using System.Globalization;
using Sextant.Indexes;
using Sextant.IndexWriting;

// Writes commits to an index until it is killed, and says each one's round when it is done.
string folder = args[0];
using IndexWriter writer = File.Exists(Path.Combine(folder, "manifest"))
    ? IndexWriter.Open(folder)
    : IndexWriter.Create(folder, Rounds.Definition);
long round;
using (IndexReader reader = IndexReader.Open(folder))
    round = Rounds.Last(reader);
while (true)
{
    Rounds.Write(writer, ++round);
    Console.Out.WriteLine(round.ToString(CultureInfo.InvariantCulture));
    Console.Out.Flush();
}
