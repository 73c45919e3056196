"""Writes NOTICE: who the texts are by that a model was trained on, from the corpus' own manifest."""

import csv
from pathlib import Path

from sources import is_allowed

HEAD = """Sextant's small model
=====================

The weights in this folder were trained by this project to give the vectors of all-MiniLM-L6-v2
(sentence-transformers/all-MiniLM-L6-v2, by its authors, Apache License 2.0: LICENSE.apache-2.0), on the texts listed
here. The vocabulary is part of that model's, which is BERT's (Google, Apache License 2.0); a word's vector began as the
teacher's vector of it, and nothing else of the teacher was taken over. What is known of the texts that the teacher was
trained on, and of their terms, is in the NOTICE of weights/minilm.

The folder contains no text of its sources beyond single words of the vocabulary. Whether a model needs these credits is
for its users to judge; they are given in any case, and so are the licences under which the texts were offered.

STS benchmark (train split), English: Cer, Diab, Agirre, Lopez-Gazpio, Specia 2017, by way of PhilipMay/stsb-multi-mt;
CC BY-SA 4.0.

WordNet: Princeton University "About WordNet", WordNet 3.0 licence; Open English WordNet, CC BY 4.0.
OpenStax College, "Biology" and "College Physics" (2014), by way of philschatz: CC BY 3.0.

source | repository | commit | licence (where it is stated)
"""


def read_manifest(corpus):
    """The rows of MANIFEST.tsv that name a source this recipe uses."""
    with open(Path(corpus) / "MANIFEST.tsv", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [r for r in rows if r.get("repository") and "/" in r["repository"] and is_allowed(r["source"])]


def notice(corpus):
    """The text of NOTICE."""
    lines = [f"{r['source']} | {r['repository']} | {r['commit'][:12]} | {r['licence']} ({r['licence stated in']})"
             for r in read_manifest(corpus)]
    return HEAD + "\n".join(lines) + "\n"
