"""Which sources of the corpus are used, how much each counts, and how they are read.

The corpus' README marks some sources as needing a person's confirmation. They are left out here; the model card says
what that costs.
"""

import csv
import gzip
import json
from pathlib import Path

# Licence not confirmed: OpenStax editions whose heads moved to a non-commercial licence, captions whose licence the
# mirrored repository does not state, books without a licence file.
UNCONFIRMED_PREFIXES = ("osbooks-",)
UNCONFIRMED = {"coco-captions", "classic-books"}


def is_allowed(source):
    """Says whether a source may be trained on."""
    return source not in UNCONFIRMED and not source.startswith(UNCONFIRMED_PREFIXES)


def read_rows(corpus, name):
    """Yields the rows of all shards `name-*.jsonl.gz` whose source may be used, in file order."""
    for shard in sorted(Path(corpus).glob(f"{name}-*.jsonl.gz")):
        with gzip.open(shard, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if is_allowed(row["source"]):
                    yield row


def read_sts(path):
    """Reads `sentence1,sentence2,score` rows; the score runs from 0 to 5."""
    with open(path, newline="", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    return [r[0] for r in rows], [r[1] for r in rows], [float(r[2]) for r in rows]
