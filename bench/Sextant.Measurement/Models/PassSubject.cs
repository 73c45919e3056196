using Sextant.Measurement.Sampling;

namespace Sextant.Measurement.Models;

/// <summary>One pass over a batch, the copies of the model taking turns so that its weights come from memory.</summary>
internal sealed class PassSubject(EmbeddingModel[] copies, TokenSequence[] batch) : Subject
{
    private readonly float[] _vectors = new float[batch.Length * copies[0].Dimensions];
    private int _turn;

    public TokenSequence[] Batch => batch;

    public int Tokens { get; } = batch.Sum(sequence => sequence.Ids.Length);

    public override void Run()
    {
        _turn = _turn + 1 == copies.Length ? 0 : _turn + 1;
        copies[_turn].EmbedTokens(batch, _vectors);
    }

    /// <summary>Poisons the vectors, runs, and says whether all of them were written.</summary>
    public bool IsWritten()
    {
        Array.Fill(_vectors, float.NaN);
        Run();
        return !Array.Exists(_vectors, float.IsNaN);
    }
}
