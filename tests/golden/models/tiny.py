#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tiny-gpt2.txt and tiny-llama.txt: the models of tests/tiny_models.h computed in float64.

Shares nothing with the project but the recipe of the weights. Needs NumPy: python3 tiny.py FOLDER
Lines: prompt and its name, ids, 12 greedy ids, and the logits after the last id of the prompt.
"""
import sys

import numpy as np

EPS = 0.0078125
MASK = (1 << 64) - 1
PROMPTS = {"one": [5], "long": [(i * i * 7 + 3 * i + 11) % 48 for i in range(19)],
           "b0": [40, 2, 2, 17], "b1": [(i * 13 + 1) % 48 for i in range(11)]}


def value(name, n):
    """SplitMix64 of a seed made of the name: multiples of 2^-23 in [-1, 1)."""
    seed = 7
    for c in name.encode():
        seed = (seed * 131 + c) & MASK
    i = np.arange(1, n + 1, dtype=np.uint64)
    z = np.uint64(seed) + i * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return ((z >> np.uint64(40)).astype(np.int64) - (1 << 23)) / (1 << 23)


def tensor(name, *shape):
    """(mean, scale) follow from what the tensor is; every value is rounded to float32 once."""
    leaf = name.split(".", 2)[2] if name.startswith("blk.") else name
    mean, scale = 0, 0.5
    if leaf.endswith("norm.weight"):
        mean, scale = 1, 0.25
    elif leaf == "token_embd.weight":
        scale = 1
    elif leaf == "output.weight":
        scale = 0.75
    elif leaf in ("attn_output.weight", "ffn_down.weight"):
        scale = 0.375
    elif leaf == "rope_freqs.weight":
        mean, scale = 4.5, 3.5
    x = np.float32(mean) + np.float32(scale) * value(name, int(np.prod(shape))).astype(np.float32)
    return x.astype(np.float64).reshape(shape)


def attend(q, k, v, heads, kv_heads):
    """Causal attention; rows are tokens."""
    n, dim = len(q), q.shape[1] // heads
    out = np.empty_like(q)
    for h in range(heads):
        g = h * kv_heads // heads
        scores = q[:, h * dim:(h + 1) * dim] @ k[:, g * dim:(g + 1) * dim].T / np.sqrt(dim)
        scores[np.triu_indices(n, 1)] = -np.inf
        p = np.exp(scores - scores.max(1, keepdims=True))
        out[:, h * dim:(h + 1) * dim] = p / p.sum(1, keepdims=True) @ v[:, g * dim:(g + 1) * dim]
    return out


def layer_norm(x, name):
    x = x - x.mean(1, keepdims=True)
    return x / np.sqrt((x * x).mean(1, keepdims=True) + EPS) * tensor(name + ".weight", 24) + tensor(name + ".bias", 24)


def linear(x, name, rows, cols, bias=True):
    y = x @ tensor(name + ".weight", rows, cols).T
    return y + tensor(name + ".bias", rows) if bias else y


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))


def gpt2(ids):
    wte = tensor("token_embd.weight", 48, 24)
    x = wte[ids] + tensor("position_embd.weight", 32, 24)[:len(ids)]
    for b in ("blk.0.", "blk.1."):
        q, k, v = np.split(linear(layer_norm(x, b + "attn_norm"), b + "attn_qkv", 72, 24), 3, axis=1)
        x = x + linear(attend(q, k, v, 3, 3), b + "attn_output", 24, 24)
        up = gelu(linear(layer_norm(x, b + "ffn_norm"), b + "ffn_up", 40, 24))
        x = x + linear(up, b + "ffn_down", 24, 40)
    return layer_norm(x, "output_norm") @ wte.T


def rms_norm(x, name):
    return x / np.sqrt((x * x).mean(1, keepdims=True) + EPS) * tensor(name + ".weight", 24)


def rotate(x, heads):
    """Pairs of neighbours among the first 8 of 12 in each head."""
    x = x.reshape(len(x), heads, 12).copy()
    speed = 500.0 ** (-np.arange(0, 8, 2) / 8) / tensor("rope_freqs.weight", 4)
    angle = np.arange(len(x))[:, None, None] * speed
    a, b = x[..., 0:8:2].copy(), x[..., 1:8:2].copy()
    x[..., 0:8:2] = a * np.cos(angle) - b * np.sin(angle)
    x[..., 1:8:2] = a * np.sin(angle) + b * np.cos(angle)
    return x.reshape(len(x), heads * 12)


def llama(ids):
    x = tensor("token_embd.weight", 48, 24)[ids]
    for b in ("blk.0.", "blk.1."):
        first = b == "blk.0."
        h = rms_norm(x, b + "attn_norm")
        q = rotate(linear(h, b + "attn_q", 48, 24), 4)
        k = rotate(linear(h, b + "attn_k", 24, 24, first), 2)
        v = linear(h, b + "attn_v", 24, 24)
        x = x + linear(attend(q, k, v, 4, 2), b + "attn_output", 24, 48)
        h = rms_norm(x, b + "ffn_norm")
        gate = linear(h, b + "ffn_gate", 40, 24)
        up = linear(h, b + "ffn_up", 40, 24, first)
        x = x + linear(gate / (1 + np.exp(-gate)) * up, b + "ffn_down", 24, 40)
    return rms_norm(x, "output_norm") @ tensor("output.weight", 48, 24).T


def write(path, model):
    with open(path, "w") as f:
        f.write("# Made by tiny.py in float64: the model of tests/tiny_models.h.\n")
        for name, ids in PROMPTS.items():
            logits, seen, lead = model(ids)[-1], list(ids), []
            for _ in range(12):
                row = np.sort(model(seen)[-1])
                lead.append(row[-1] - row[-2])
                seen.append(int(model(seen)[-1].argmax()))
            f.write(f"prompt {name}\nids {','.join(map(str, ids))}\n")
            f.write(f"greedy {','.join(map(str, seen[len(ids):]))}\n")
            f.write("logits " + " ".join("%.8g" % x for x in logits) + "\n")
            print(path, name, "largest", abs(logits).max(), "smallest lead", min(lead))


if __name__ == "__main__":
    np.seterr(over="ignore")
    write(sys.argv[1] + "/tiny-gpt2.txt", gpt2)
    write(sys.argv[1] + "/tiny-llama.txt", llama)
