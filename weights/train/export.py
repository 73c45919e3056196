"""Writes a model folder as sentence-transformers does: weights in float16, tokenizer, configuration, modules."""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch

import safetensors_file
from model import Encoder, Shape
from wordpiece import CLS, MASK, MAX_WORD_CHARACTERS, PAD, SEP, SPECIAL, UNK

LONGEST = 512


def tokenizer_file(tokens):
    """`tokenizer.json` of Hugging Face's tokenizers; no truncation and no padding are stored."""
    special = lambda name, kind: {"SpecialToken": {"id": name, "type_id": kind}}
    sequence = lambda name, kind: {"Sequence": {"id": name, "type_id": kind}}
    entry = lambda name, i: {"id": name, "ids": [i], "tokens": [name]}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True} for i, t in enumerate(SPECIAL)],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0)],
            "pair": [special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0), sequence("B", 1), special("[SEP]", 1)],
            "special_tokens": {"[CLS]": entry("[CLS]", CLS), "[SEP]": entry("[SEP]", SEP)},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": MAX_WORD_CHARACTERS, "vocab": {t: i for i, t in enumerate(tokens)}},
    }


def settings(shape):
    """Every small file of the folder: path → content."""
    st = "sentence_transformers"
    return {
        "config.json": {
            "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0, "initializer_range": 0.02, "pad_token_id": PAD,
            "position_embedding_type": "absolute", "torch_dtype": "float16", **shape},
        "tokenizer_config.json": {
            "tokenizer_class": "BertTokenizer", "do_lower_case": True, "strip_accents": None,
            "tokenize_chinese_chars": True, "model_max_length": LONGEST, "unk_token": SPECIAL[UNK],
            "sep_token": SPECIAL[SEP], "pad_token": SPECIAL[PAD], "cls_token": SPECIAL[CLS],
            "mask_token": SPECIAL[MASK]},
        "special_tokens_map.json": {
            "unk_token": SPECIAL[UNK], "sep_token": SPECIAL[SEP], "pad_token": SPECIAL[PAD],
            "cls_token": SPECIAL[CLS], "mask_token": SPECIAL[MASK]},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{st}.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{st}.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{st}.models.Normalize"}],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape["hidden_size"], "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False, "pooling_mode_weightedmean_tokens": False,
            "pooling_mode_lasttoken": False, "include_prompt": True},
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": LONGEST, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    }


def save_folder(state, shape, vocabulary, out):
    """Writes the folder from a state dict of `model.Encoder`."""
    out = Path(out)
    with open(vocabulary, encoding="utf-8", newline="\n") as lines:
        tokens = lines.read().rstrip("\n").split("\n")
    for path, content in settings(shape).items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")
    text = json.dumps(tokenizer_file(tokens), indent=1, ensure_ascii=False)
    (out / "tokenizer.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    shutil.copyfile(vocabulary, out / "vocab.txt")
    tensors = {name: value.detach().to(torch.float16).numpy() for name, value in sorted(state.items())}
    if not all(np.isfinite(t).all() for t in tensors.values()):
        raise ValueError("a weight does not fit into float16")
    safetensors_file.write(out / "model.safetensors", tensors, {"format": "pt"})


def load_folder(folder, kind=torch.float32):
    """The encoder of a folder this module wrote."""
    folder = Path(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    encoder = Encoder(Shape(**{k: config[k] for k in Shape.__dataclass_fields__}))
    state = safetensors_file.read(folder / "model.safetensors")
    encoder.load_state_dict({n: torch.from_numpy(v.astype(np.float32)) for n, v in state.items()})
    return encoder.to(kind).eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", required=True, help="what distil_layers.py saved")
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    saved = torch.load(options.checkpoint)
    save_folder(saved["state"], saved["shape"], options.vocabulary, options.out)


if __name__ == "__main__":
    main()
