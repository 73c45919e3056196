"""Writes and reads safetensors: eight bytes of header length, a JSON header, then the tensors' bytes."""

import json
import struct

import numpy as np

TYPES = {"F16": np.float16, "F32": np.float32, "F64": np.float64, "I32": np.int32}
NAMES = {np.dtype(t): n for n, t in TYPES.items()}


def write(path, tensors, metadata=None):
    """tensors: name → little-endian numpy array. The header is padded so that the data is aligned to eight bytes."""
    header, place = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    for name, array in tensors.items():
        header[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape),
                        "data_offsets": [place, place + array.nbytes]}
        place += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)))
        out.write(text)
        for array in tensors.values():
            out.write(np.ascontiguousarray(array).tobytes())


def read(path):
    """name → numpy array."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    header.pop("__metadata__", None)
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], TYPES[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items()}
