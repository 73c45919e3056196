namespace Sextant.Tokens;

/// <summary>A token that is found in the text before the model sees it.</summary>
/// <param name="Content">Its text.</param>
/// <param name="Id">Its id.</param>
/// <param name="Special">Whether decoding may skip it.</param>
/// <param name="Normalized">Whether it is looked for in the normalised text.</param>
/// <param name="SingleWord">Whether it must not touch other word code points.</param>
/// <param name="StripLeft">Whether it swallows white space on its left.</param>
/// <param name="StripRight">Whether it swallows white space on its right.</param>
internal sealed record AddedToken(
    string Content, int Id, bool Special, bool Normalized, bool SingleWord, bool StripLeft, bool StripRight);
