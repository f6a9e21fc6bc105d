#!/usr/bin/python3
"""Whole-model gradients against PyTorch's: runs export_gradients for each case, builds the same model
in PyTorch with float64, and compares the loss of every row and the gradient of every parameter.

usage: torch_gradients.py EXPORT_GRADIENTS     exit 0: agree, 1: differ, 77: PyTorch is not installed
Tolerance: 5e-6 of the largest element of each gradient (float32 against float64), 4e-6 nats per row.
"""
import json
import math
import struct
import subprocess
import sys
import tempfile

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print("skipped: PyTorch is not installed (Debian: python3-torch)")
    sys.exit(77)

GRADIENT_TOLERANCE = 5e-6
LOSS_TOLERANCE = 4e-6
DTYPES = {"F32": torch.float32, "I32": torch.int32}


def read_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    config = json.loads(header.pop("__metadata__")["config"])
    data = bytearray(content[8 + length :])
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = torch.frombuffer(data[begin:end], dtype=DTYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return config, tensors


class Model:
    """The decoder as papers write it; `w` holds the parameters by the engine's names."""

    def __init__(self, config, w):
        self.c, self.w = config, w
        self.balance = 0  # what balances experts, of all layers

    def linear(self, name, x):
        return F.linear(x, self.w[name + ".weight"], self.w.get(name + ".bias"))

    def norm(self, name, x):
        weight, eps = self.w[name + ".weight"], self.c["norm_epsilon"]
        if self.c["norm_plus_one"]:
            weight = 1 + weight
        if self.c["norm"] == "layer":
            return F.layer_norm(x, weight.shape, weight, self.w.get(name + ".bias"), eps)
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight

    def has_window(self, layer):
        period = self.c["window_period"]
        return self.c["window"] > 0 and (period == 0 or (layer + 1) % period != 0)

    def frequencies(self, windowed):
        n, theta, window_theta = self.c["rotary_dim"], self.c["rope_theta"], self.c["window_rope_theta"]
        own = windowed and window_theta != 0
        frequency = (window_theta if own else theta) ** (-torch.arange(0, n, 2, dtype=torch.float64) / n)
        if own or self.c["rope_scaling"] == "none":
            return frequency
        slow = frequency / self.c["rope_scaling_factor"]
        if self.c["rope_scaling"] == "linear":
            return slow
        low, high = self.c["rope_scaling_low_frequency"], self.c["rope_scaling_high_frequency"]
        turns = self.c["rope_scaling_context"] * frequency / (2 * math.pi)
        share = ((turns - low) / (high - low)).clamp(0, 1)
        return slow + (frequency - slow) * share

    def rope(self, x, positions, windowed):  # x: B T heads dim
        n, frequency = self.c["rotary_dim"], self.frequencies(windowed)
        angle = positions[..., None, None] * frequency
        cos, sin = angle.cos(), angle.sin()
        turning, rest = x[..., :n], x[..., n:]
        if self.c["rope_interleaved"]:
            a, b = turning[..., 0::2], turning[..., 1::2]
            turned = torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)
        else:
            a, b = turning.chunk(2, -1)
            turned = torch.cat((a * cos - b * sin, a * sin + b * cos), -1)
        return torch.cat((turned, rest), -1)

    def capped(self, x, cap):
        return x if cap == 0 else cap * torch.tanh(x / cap)

    def attention(self, name, x, positions, mask, windowed):
        heads, groups, dim = self.c["n_heads"], self.c["n_kv_heads"], self.c["head_dim"]
        batch, length, _ = x.shape
        qkv = self.linear(name + ".qkv", x).view(batch, length, heads + 2 * groups, dim)
        q, k, v = qkv.split((heads, groups, groups), 2)
        if self.c["qk_norm"] == "heads":
            q, k = self.norm(name + ".q_norm", q), self.norm(name + ".k_norm", k)
        if self.c["qk_norm"] == "whole":
            q = self.norm(name + ".q_norm", q.flatten(2)).view_as(q)
            k = self.norm(name + ".k_norm", k.flatten(2)).view_as(k)
        if self.c["positions"] == "rope":
            q, k = self.rope(q, positions, windowed), self.rope(k, positions, windowed)
        k, v = (t.repeat_interleave(heads // groups, 2) for t in (k, v))
        q, k, v = (t.transpose(1, 2) for t in (q, k, v))
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(self.c["score_width"] or dim)
        scores = self.capped(scores, self.c["attention_softcap"])
        weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(-1)
        mixed = (weights @ v).transpose(1, 2).reshape(batch, length, heads * dim)
        return self.linear(name + ".out", mixed)

    def experts(self, name, x):
        """Every expert on every token, weighed by 0 where the token does not go to it."""
        count, chosen = self.c["n_experts"], self.c["experts_per_token"]
        probability = self.linear(name + ".router", x).softmax(-1)
        best, expert = probability.topk(chosen, -1)
        if self.c["normalize_experts"]:
            best = best / best.sum(-1, keepdim=True)
        weight = torch.zeros_like(probability).scatter(-1, expert, best)
        gate_up = torch.einsum("btc,efc->btef", x, self.w[name + ".experts.gate_up.weight"])
        gate, up = gate_up.chunk(2, -1)
        down = torch.einsum("btef,ecf->btec", F.silu(gate) * up, self.w[name + ".experts.down.weight"])
        share = (weight > 0).double().mean((0, 1)).detach()
        self.balance = self.balance + count * (share * probability.mean((0, 1))).sum() / self.c["n_layers"]
        return (weight[..., None] * down).sum(-2)

    def mlp(self, name, x):
        if self.c["n_experts"]:
            return self.experts(name, x)
        if self.c["mlp"] == "swiglu":
            gate, up = self.linear(name + ".gate_up", x).chunk(2, -1)
            hidden = F.silu(gate) * up
        elif self.c["mlp"] == "geglu":
            gate, up = self.linear(name + ".gate_up", x).chunk(2, -1)
            hidden = F.gelu(gate, approximate="tanh") * up
        else:
            approximate = "tanh" if self.c["mlp"] == "gelu_tanh" else "none"
            hidden = F.gelu(self.linear(name + ".up", x), approximate=approximate)
        return self.linear(name + ".down", hidden)

    def losses(self, tokens, positions, first_key, targets):
        length = tokens.shape[1]
        at = torch.arange(length)
        mask = (at[None, None, :] <= at[None, :, None]) & (at[None, None, :] >= first_key[..., None])
        x = self.w["embed.weight"][tokens]
        if self.c["positions"] == "learned":
            x = x + self.w["position.weight"][positions]
        if self.c["scaled_embeddings"]:
            x = x * math.sqrt(self.c["d_model"])
        near = mask & (at[None, None, :] > at[None, :, None] - self.c["window"])
        for i in range(self.c["n_layers"]):
            block, windowed = f"blocks.{i}.", self.has_window(i)

            def attend(x):
                return self.attention(block + "attn", x, positions, near if windowed else mask, windowed)

            if self.c["norm_place"] == "after":
                x = x + self.norm(block + "norm1", attend(x))
                x = x + self.norm(block + "norm2", self.mlp(block + "mlp", x))
                continue
            if self.c["norm_place"] == "both":
                x = x + self.norm(block + "norm1_after", attend(self.norm(block + "norm1", x)))
                fed = self.mlp(block + "mlp", self.norm(block + "norm2", x))
                x = x + self.norm(block + "norm2_after", fed)
                continue
            attended = x + attend(self.norm(block + "norm1", x))
            fed = x if self.c["parallel"] else attended
            x = attended + self.mlp(block + "mlp", self.norm(block + "norm2", fed))
        head = self.w["embed.weight" if self.c["tied_embeddings"] else "head.weight"]
        logits = self.capped(F.linear(self.norm("norm", x), head), self.c["logit_softcap"])
        return F.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=-1, reduction="none"
        )


def compare(case, config, tensors):
    """The worst difference as a share of what is allowed."""
    gradients = {n[: -len(".gradient")]: t for n, t in tensors.items() if n.endswith(".gradient")}
    w = {n: tensors[n].double().requires_grad_() for n in gradients}
    shape = tensors["first_key"].shape
    inputs = [tensors[n].reshape(shape).long() for n in ("tokens", "positions", "first_key", "targets")]
    model = Model(config, w)
    losses = model.losses(*inputs)
    targets = (inputs[3] >= 0).sum()
    (losses.sum() + config["expert_balance"] * targets * model.balance).backward()
    loss_error = (losses.detach() - tensors["loss"].double()).abs().max().item()
    worst, where = loss_error / LOSS_TOLERANCE, "loss"
    for name, ours in gradients.items():
        theirs = w[name].grad
        error = ((ours.double() - theirs).abs().max() / theirs.abs().max()).item()
        if not error / GRADIENT_TOLERANCE <= worst:
            worst, where = error / GRADIENT_TOLERANCE, name
    print(f"{case}: {len(gradients)} gradients, worst {worst:.3f} of the tolerance at {where}")
    return worst


def main():
    torch.set_num_threads(1)
    program = sys.argv[1]
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/step.safetensors"
        for case in subprocess.check_output([program, path], text=True).split():
            subprocess.check_call([program, case, path])
            found = compare(case, *read_safetensors(path))
            worst = max(worst, found) if found == found else math.inf
    return 0 if worst <= 1 else 1


sys.exit(main())
