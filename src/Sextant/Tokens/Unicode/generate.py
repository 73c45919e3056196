#!/usr/bin/env python3
"""Writes UnicodeData.g.cs from the measured tables.json: generate.py tables.json > UnicodeData.g.cs

Sets and lower-casing are tables.json's own. Canonical decompositions are Python's, less the code points tables.json
lists as not decomposed by the reference (their table is Unicode 9). Combining classes never change once assigned, so
they are Python's for the code points that exist in Unicode 9; perl knows which do. General categories are those of the
Python module regex, brought in line with the sets that tables.json measured for patterns. UnicodeDataTests proves the
result.
"""
import json
import subprocess
import sys
import unicodedata

import regex

tables = json.load(open(sys.argv[1], encoding="ascii"))
SETS = [
    ("BertRemoved", "bert_clean_removed"), ("BertSpaces", "bert_clean_to_space"), ("BertIdeographs", "bert_cjk_spaced"),
    ("NonspacingMarks", "bert_strip_accents_mn"), ("CombiningMarks", "strip_accents_combining_mark"),
    ("Punctuation", "punctuation"), ("WhiteSpace", "whitespacesplit_is_whitespace"), ("Word", "whitespace_pretok_word"),
    ("Numeric", "digits_is_numeric"),
]
# The scripts of Unicode 9; the last four lines of script_values() are what later versions changed.
SCRIPTS = (
    "Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki"
    " Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee"
    " Common Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari Duployan Egyptian_Hieroglyphs Elbasan Ethiopic"
    " Georgian Glagolitic Gothic Grantha Greek Gujarati Gurmukhi Han Hangul Hanunoo Hatran Hebrew Hiragana"
    " Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana"
    " Kayah_Li Kharoshthi Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian"
    " Mahajani Malayalam Mandaic Manichaean Marchen Meetei_Mayek Mende_Kikakui Meroitic_Cursive"
    " Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean New_Tai_Lue Newa Nko Ogham Ol_Chiki"
    " Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_South_Arabian Old_Turkic Oriya Osage"
    " Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan"
    " Saurashtra Sharada Shavian Siddham Sign_Writing Sinhala Sora_Sompeng Sundanese Syloti_Nagri Syriac Tagalog"
    " Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Ugaritic"
    " Vai Warang_Citi Yi"
)
PATTERN_SCRIPTS = "Arabic Bopomofo Cyrillic Devanagari Greek Han Hangul Hebrew Hiragana Katakana Latin Thai".split()
EVERY = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
EVERY_TEXT = "".join(map(chr, EVERY))


def wrap(items, width=104):
    lines, line = [], ""
    for item in items:
        if line and len(line) + 1 + len(item) > width:
            lines.append(line)
            line = ""
        line = f"{line} {item}" if line else item
    return lines + [line]


def emit(summary, name, items):
    print(f"\n    // {summary}")
    print(f"    internal static ReadOnlySpan<byte> {name} =>")
    lines = wrap(items)
    for number, line in enumerate(lines):
        end = ";" if number == len(lines) - 1 else " +"
        print(f'        "{line}{"" if number == len(lines) - 1 else " "}"u8{end}')


def span(first, last):
    return f"{first:X}" if first == last else f"{first:X}-{last:X}"


def lowercase_runs():
    pairs = [(int(k, 16), int(v, 16)) for k, v in tables["lowercase"]["map"].items() if " " not in v]
    pairs.sort()
    i = 0
    while i < len(pairs):
        first, delta = pairs[i][0], pairs[i][1] - pairs[i][0]
        best = (i, 1)
        for step in (1, 2):
            j = i
            while j + 1 < len(pairs) and pairs[j + 1] == (pairs[j][0] + step, pairs[j][0] + step + delta):
                j += 1
            if j > best[0]:
                best = (j, step)
        yield f"{first:X}-{pairs[best[0]][0]:X}/{best[1]}:{delta:+X}"
        i = best[0] + 1


def decompositions():
    excluded = {int(k, 16) for k in tables["normalization_vs_unicode17"]["NFD"]["map"]}
    for c in range(0x110000):
        if 0xD800 <= c < 0xE000 or 0xAC00 <= c <= 0xD7A3 or c in excluded:
            continue
        d = unicodedata.normalize("NFD", chr(c))
        if d != chr(c):
            yield f"{c:X}=" + ",".join(f"{ord(x):X}" for x in d)


def in_unicode_9(condition):
    perl = (r"for my $c (0..0x10FFFF) { next if $c >= 0xD800 && $c < 0xE000; "
            rf"print qq($c\n) if chr($c) =~ /\p{{Present_In: 9.0}}/ && {condition} }}")
    output = subprocess.run(["perl", "-e", perl], capture_output=True, check=True, text=True).stdout
    return [int(x) for x in output.split()]


def combining_classes():
    known = in_unicode_9(r"chr($c) !~ /\p{ccc=0}/")
    first = last = value = None
    for c in known + [None]:
        v = unicodedata.combining(chr(c)) if c is not None else None
        if first is not None and c == last + 1 and v == value if c is not None else False:
            last = c
            continue
        if first is not None:
            yield f"{span(first, last)}:{value:X}"
        first, last, value = c, c, v


def measured(key):
    members = set()
    for item in tables["sets"][key]["ranges"]:
        first, _, last = item.partition("-")
        members.update(range(int(first, 16), int(last or first, 16) + 1))
    return members


def ranges(members):
    first = last = None
    for c in sorted(members) + [None]:
        if first is not None and c == last + 1:
            last = c
            continue
        if first is not None:
            yield span(first, last)
        first = last = c


def valued_ranges(values):
    first = last = value = None
    for c in EVERY + [None]:
        v = values.get(c) if c is not None else None
        if first is not None and v == value and c in (last + 1, 0xE000 if last == 0xD7FF else None):
            last = c
            continue
        if value is not None:
            yield f"{span(first, last)}:{value}"
        first, last, value = c, c, v


def category_values():
    major = {name: measured("onig_" + name) for name in "LNMPS"}
    exact = {"Lu": measured("onig_Lu"), "Ll": measured("onig_Ll"), "Nd": measured("onig_d")}
    newest = {}
    for name in "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co".split():
        newest.update((ord(c), name) for c in regex.findall(rf"\p{{{name}}}", EVERY_TEXT))
    fallback = {"L": "Lo", "N": "No", "M": "Mn", "P": "Po", "S": "So"}
    values = {}
    for c in EVERY:
        name = newest.get(c)
        group = next((g for g in "LNMPS" if c in major[g]), None)
        if group is None:
            if name and name[0] in "ZC":
                values[c] = name
            continue
        special = next((e for e in exact if c in exact[e]), None)
        if special is None and (name is None or name[0] != group or name in exact):
            name = fallback[group]
        values[c] = special or name
    return values


def compatible_decompositions():
    differs = tables["normalization_vs_unicode17"]["NFKD"]["map"]
    for c in EVERY:
        if 0xAC00 <= c <= 0xD7A3:
            continue
        key = f"{c:X}"
        d = "".join(chr(int(x, 16)) for x in differs[key].split()) if key in differs else (
            unicodedata.normalize("NFKD", chr(c)))
        if d != unicodedata.normalize("NFD", chr(c)) and d != chr(c):
            yield f"{key}=" + ",".join(f"{ord(x):X}" for x in d)


def compositions():
    excluded = {int(k, 16) for k in tables["normalization_vs_unicode17"]["NFD"]["map"]}
    for c in EVERY:
        pair = unicodedata.decomposition(chr(c)).split()
        if len(pair) == 2 and pair[0][0] != '<' and c not in excluded and unicodedata.normalize("NFC", chr(c)) == chr(c):
            yield f"{c:X}={pair[0].lstrip('0')},{pair[1].lstrip('0')}"


def cluster_values():
    names = {"Control": 1, "CR": 2, "LF": 3, "Extend": 4, "ZWJ": 5, "Regional_Indicator": 6, "Prepend": 7,
             "SpacingMark": 8, "L": 9, "V": 10, "T": 11}
    values = {}
    for name, value in names.items():
        values.update((ord(c), f"{value:X}") for c in regex.findall(rf"\p{{GCB={name}}}", EVERY_TEXT))
    return values


def scripts(names, among):
    values = {}
    for name in names:
        for c in regex.findall(rf"\p{{Script={name}}}", EVERY_TEXT):
            if among is None or ord(c) in among:
                values[ord(c)] = name.replace("_", "")
    return values


def script_values():
    values = scripts(SCRIPTS.split(), set(in_unicode_9("1")))
    values[0x589] = values[0x61C] = "Common"
    values[0x953] = values[0x954] = "Devanagari"
    return values


print("// Generated by generate.py; do not edit. Hexadecimal, inclusive ranges; read by CodePoints.")
print("namespace Sextant.Tokens;\n")
print("internal static class UnicodeData\n{", end="")
for name, key in SETS:
    emit(tables["sets"][key]["what"] + ".", name, tables["sets"][key]["ranges"])
emit("first-last/step:delta of the code points that lower-case to one other (U+0130 gives two: see CodePoints).",
     "Lowercase", list(lowercase_runs()))
emit("Full canonical decompositions, Hangul syllables left out (they are computed).",
     "Decompositions", list(decompositions()))
emit("Canonical combining classes other than 0, as of Unicode 9.", "CombiningClasses", list(combining_classes()))
emit("Compatibility decompositions, full, where they differ from the canonical ones.",
     "CompatibleDecompositions", list(compatible_decompositions()))
emit("Primary composites and the pairs they are composed of, Hangul syllables left out (they are computed).",
     "Compositions", list(compositions()))
emit("General categories as the reference's patterns see them; Cn where there is none.",
     "Categories", list(valued_ranges(category_values())))
emit("Scripts of Unicode 9.", "Scripts", list(valued_ranges(script_values())))
emit("Scripts that patterns may name.", "PatternScripts", list(valued_ranges(scripts(PATTERN_SCRIPTS, None))))
emit("Where a pattern's \\w differs from Word.", "PatternWordDifference",
     list(ranges(measured("onig_w") ^ measured("whitespace_pretok_word"))))
emit("Grapheme_Cluster_Break other than Other, LV and LVT; the numbers are those of ClusterBreak.",
     "ClusterBreaks", list(valued_ranges(cluster_values())))
emit("Extended_Pictographic.", "Pictographic",
     list(ranges({ord(c) for c in regex.findall(r"\p{Extended_Pictographic}", EVERY_TEXT)})))
print("}")
