"""Writes the BERT of a Hugging Face folder as a GGUF file for llama.cpp.

    python3 make_model.py FOLDER

reads FOLDER/config.json and FOLDER/model.safetensors (f32) and writes FOLDER/f32.gguf: the same values under the names
that llama.cpp's architecture "bert" looks for, without a vocabulary (ids come from outside). Needs nothing but Python.
"""
import json
import os
import struct
import sys

ALIGNMENT = 32
UINT32, FLOAT32, BOOL, STRING = 4, 6, 7, 8  # GGUF's types of metadata
F32 = 0  # ggml's type of tensor

LAYER = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def field(name, kind, value):
    packed = {UINT32: lambda: struct.pack("<I", value), FLOAT32: lambda: struct.pack("<f", value),
              BOOL: lambda: struct.pack("<?", value), STRING: lambda: text(value)}[kind]()
    return text(name) + struct.pack("<I", kind) + packed


def metadata(config):
    if config["model_type"] != "bert" or config["hidden_act"] != "gelu":
        sys.exit("only model_type bert with hidden_act gelu is written.")
    return [
        field("general.architecture", STRING, "bert"),
        field("general.alignment", UINT32, ALIGNMENT),
        field("bert.vocab_size", UINT32, config["vocab_size"]),
        field("bert.context_length", UINT32, config["max_position_embeddings"]),
        field("bert.embedding_length", UINT32, config["hidden_size"]),
        field("bert.feed_forward_length", UINT32, config["intermediate_size"]),
        field("bert.block_count", UINT32, config["num_hidden_layers"]),
        field("bert.attention.head_count", UINT32, config["num_attention_heads"]),
        field("bert.attention.layer_norm_epsilon", FLOAT32, config["layer_norm_eps"]),
        field("bert.attention.causal", BOOL, False),
        field("tokenizer.ggml.model", STRING, "no_vocab"),
        field("tokenizer.ggml.token_type_count", UINT32, config["type_vocab_size"]),
    ]


def names(config):
    """GGUF's name of every tensor, and the file's."""
    yield "token_embd.weight", "embeddings.word_embeddings.weight"
    yield "position_embd.weight", "embeddings.position_embeddings.weight"
    yield "token_types.weight", "embeddings.token_type_embeddings.weight"
    for part in ("weight", "bias"):
        yield f"token_embd_norm.{part}", f"embeddings.LayerNorm.{part}"
        for layer in range(config["num_hidden_layers"]):
            for theirs, ours in LAYER.items():
                yield f"blk.{layer}.{ours}.{part}", f"encoder.layer.{layer}.{theirs}.{part}"


def main(folder):
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    fields = metadata(config)
    with open(os.path.join(folder, "model.safetensors"), "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        entries, offset, table = [], 0, b""
        for name, source in names(config):
            entry = header[source]
            if entry["dtype"] != "F32":
                sys.exit(f"'{source}' is {entry['dtype']}; the file is written from F32.")
            begin, end = entry["data_offsets"]
            shape = entry["shape"][::-1]  # the innermost dimension comes first
            table += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, F32, offset)
            entries.append((begin, end - begin))
            offset += -(-(end - begin) // ALIGNMENT) * ALIGNMENT
        head = b"GGUF" + struct.pack("<IQQ", 3, len(entries), len(fields)) + b"".join(fields) + table
        path = os.path.join(folder, "f32.gguf")
        with open(path + ".part", "wb") as out:
            out.write(head + bytes(-len(head) % ALIGNMENT))
            for begin, size in entries:
                file.seek(8 + length + begin)
                out.write(file.read(size) + bytes(-size % ALIGNMENT))
        os.replace(path + ".part", path)
    print(path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
