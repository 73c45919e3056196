"""BERT's uncased tokenizer, as `tokenizer.json` states it: BertNormalizer, BertPreTokenizer, greedy WordPiece."""

import re
import unicodedata

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PAD, UNK, CLS, SEP, MASK = range(5)
MAX_WORD_CHARACTERS = 100

_ASCII_WORDS = re.compile(r"[^\s!-/:-@\[-`{-~]+|[!-/:-@\[-`{-~]")
_ASCII_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _is_cjk(code):
    return (0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0x20000 <= code <= 0x2A6DF
            or 0x2A700 <= code <= 0x2B73F or 0x2B740 <= code <= 0x2B81F or 0x2B920 <= code <= 0x2CEAF
            or 0xF900 <= code <= 0xFAFF or 0x2F800 <= code <= 0x2FA1F)


def normalise(text):
    """Drops control characters, spaces out CJK, strips accents, lower-cases."""
    kept = []
    for character in text:
        code = ord(character)
        if character in "\t\n\r":
            kept.append(" ")
        elif code == 0 or code == 0xFFFD or unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs"):
            continue
        elif character.isspace():
            kept.append(" ")
        elif _is_cjk(code):
            kept.append(f" {character} ")
        else:
            kept.append(character)
    decomposed = unicodedata.normalize("NFD", "".join(kept))
    # Lower-casing is character by character: Python's own lower() would turn a final capital sigma into another letter.
    return "".join(c.lower() for c in decomposed if unicodedata.category(c) != "Mn")


def split_words(text):
    """Normalises a text and splits it at white space and around every punctuation character."""
    if text.isascii():
        return _ASCII_WORDS.findall(_ASCII_CONTROL.sub("", text).lower())
    words, word = [], []
    for character in normalise(text):
        is_space = character.isspace()
        if is_space or is_punctuation(character):
            if word:
                words.append("".join(word))
                word = []
            if not is_space:
                words.append(character)
        else:
            word.append(character)
    if word:
        words.append("".join(word))
    return words


def is_punctuation(character):
    """ASCII symbols all count; beyond ASCII, the Unicode categories P*."""
    code = ord(character)
    if code < 128:
        return 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
    return unicodedata.category(character)[0] == "P"


class WordPiece:
    """Turns texts into ids; a word is cut once and remembered."""

    def __init__(self, tokens):
        self.tokens = tokens
        self.ids = {token: i for i, token in enumerate(tokens)}
        self.unknown = self.ids[SPECIAL[UNK]]
        self.longest = max(len(t) for t in tokens)
        self._cut = {}

    @classmethod
    def load(cls, path):
        """Reads `vocab.txt`, one token per line."""
        with open(path, encoding="utf-8", newline="\n") as lines:
            return cls(lines.read().rstrip("\n").split("\n"))

    def cut(self, word):
        """Longest match first; a word with any piece missing is one unknown token."""
        known = self._cut.get(word)
        if known is None:
            known = self._cut[word] = self._cut_new(word)
        return known

    def _cut_new(self, word):
        if len(word) > MAX_WORD_CHARACTERS:
            return [self.unknown]
        pieces, start = [], 0
        while start < len(word):
            for end in range(min(len(word), start + self.longest), start, -1):
                piece = word[start:end] if start == 0 else "##" + word[start:end]
                if piece in self.ids:
                    pieces.append(self.ids[piece])
                    start = end
                    break
            else:
                return [self.unknown]
        return pieces

    def encode(self, text, limit=None):
        """The ids of a text without [CLS] and [SEP], at most `limit` of them."""
        ids = []
        for word in split_words(text):
            ids += self.cut(word)
            if limit is not None and len(ids) >= limit:
                return ids[:limit]
        return ids
