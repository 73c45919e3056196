namespace Sextant.Indexes;

/// <summary>A passage as segments have it, for copies of it elsewhere.</summary>
/// <param name="Code">What is scanned.</param>
/// <param name="Vector">What is rescored; empty where nothing is.</param>
/// <param name="Payload">What is kept with it.</param>
/// <param name="Terms">Its terms and how often each is there; empty where none are kept.</param>
internal readonly record struct EncodedPassage(
    ReadOnlyMemory<byte> Code, ReadOnlyMemory<byte> Vector, ReadOnlyMemory<byte> Payload,
    IReadOnlyCollection<KeyValuePair<string, int>> Terms);

/// <summary>A document whose vectors are encoded: it is taken over without being encoded again.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Attributes">What it can be found by.</param>
/// <param name="Passages">In the order of their numbers.</param>
internal sealed record EncodedDocument(
    string Key, IReadOnlyList<IndexAttribute> Attributes, IReadOnlyList<EncodedPassage> Passages);
