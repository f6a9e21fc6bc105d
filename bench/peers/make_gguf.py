#!/usr/bin/env python3
"""A GGUF file with a Llama model of one of the benchmark's sizes, for timing llama.cpp.

usage: make_gguf.py OUT F32|F16|Q8_0 LAYERS HEADS D_MODEL D_FF VOCABULARY CONTEXT

The weights are noise from one block that is repeated: speed does not depend on them. The layout is
that of the GGUF specification, version 3 (github.com/ggml-org/ggml, docs/gguf.md).
"""
import random
import struct
import sys

TYPES = {"F32": (0, 0), "F16": (1, 1), "Q8_0": (8, 7)}  # of a tensor, of the file
ALIGNMENT = 32
BLOCK = 1 << 16  # values of noise


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def encoded(values, kind):
    if kind == "F32":
        return struct.pack(f"<{len(values)}f", *values)
    if kind == "F16":
        return struct.pack(f"<{len(values)}e", *values)
    out = b""
    for begin in range(0, len(values), 32):
        part = values[begin:begin + 32]
        scale = struct.unpack("<e", struct.pack("<e", max(map(abs, part)) / 127))[0]
        out += struct.pack("<e32b", scale, *(max(-127, min(127, round(x / scale))) for x in part))
    return out


def main():
    out, kind = sys.argv[1:3]
    layers, heads, width, hidden, vocabulary, context = map(int, sys.argv[3:])
    noise = random.Random(1)
    block = encoded([noise.gauss(0, 0.02) for _ in range(BLOCK)], kind)

    keys = [
        ("general.architecture", "llama"), ("general.file_type", TYPES[kind][1]),
        ("general.quantization_version", 2), ("tokenizer.ggml.model", "no_vocab"),
        ("llama.context_length", context), ("llama.embedding_length", width), ("llama.block_count", layers),
        ("llama.feed_forward_length", hidden), ("llama.attention.head_count", heads),
        ("llama.attention.head_count_kv", heads), ("llama.attention.layer_norm_rms_epsilon", 1e-5),
        ("llama.rope.dimension_count", width // heads), ("llama.rope.freq_base", 10000.0),
        ("llama.vocab_size", vocabulary),
    ]
    head = b""
    for key, value in keys:
        head += text(key)
        if isinstance(value, str):
            head += struct.pack("<I", 8) + text(value)
        else:
            head += struct.pack("<If", 6, value) if isinstance(value, float) else struct.pack("<II", 4, value)

    matrix = {"attn_q": (width, width), "attn_k": (width, width), "attn_v": (width, width),
              "attn_output": (width, width), "ffn_gate": (hidden, width), "ffn_up": (hidden, width),
              "ffn_down": (width, hidden)}
    tensors = [("token_embd.weight", (vocabulary, width)), ("output_norm.weight", (width,))]
    for i in range(layers):
        tensors += [(f"blk.{i}.{name}.weight", (width,)) for name in ("attn_norm", "ffn_norm")]
        tensors += [(f"blk.{i}.{name}.weight", shape) for name, shape in matrix.items()]
    infos, sizes, offset = b"", [], 0
    for name, shape in tensors:
        vector = len(shape) == 1
        count = shape[0] if vector else shape[0] * shape[1]
        size = 4 * count if vector else len(block) * count // BLOCK
        infos += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *reversed(shape))
        infos += struct.pack("<IQ", 0 if vector else TYPES[kind][0], offset)
        sizes.append((vector, size))
        offset += (size + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys)) + head + infos
    with open(out, "wb") as file:
        file.write(head + bytes(-len(head) % ALIGNMENT))
        for vector, size in sizes:
            data = struct.pack("<f", 1.0) * (size // 4) if vector else block * (size // len(block) + 1)
            file.write(data[:size] + bytes(-size % ALIGNMENT))


main()
