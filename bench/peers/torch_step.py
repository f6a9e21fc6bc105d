#!/usr/bin/env python3
"""Times the training step of a small decoder in plain PyTorch on CPU: the peer of train_bench.cpp.

usage: torch_step.py PRESET ARCH THREADS STEPS
Prints one JSON object: tokens_per_second (median of the steps), peak_memory_bytes.
"""
import json
import math
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

# layers, heads, d_model, context, vocabulary, batch: those of train_bench.cpp
PRESETS = {
    "tiny": (4, 4, 256, 256, 4096, 16),
    "small": (6, 6, 384, 512, 8192, 8),
    "gpt2-124M": (12, 12, 768, 512, 50257, 4),
}


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * self.weight


def rotate(x, cos, sin):
    """RoPE on halves; x is [batch, positions, heads, head_dim]."""
    first, second = x.chunk(2, -1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)


class Attention(nn.Module):
    def __init__(self, width, heads, context, llama):
        super().__init__()
        self.heads, self.llama = heads, llama
        self.qkv = nn.Linear(width, 3 * width, bias=not llama)
        self.out = nn.Linear(width, width, bias=not llama)
        self.register_buffer("hidden", torch.ones(context, context).triu(1).bool())
        half = width // heads // 2
        angle = torch.outer(torch.arange(context).float(), 10000.0 ** (-torch.arange(half).float() / half))
        self.register_buffer("cos", angle.cos()[:, None, :])
        self.register_buffer("sin", angle.sin()[:, None, :])

    def forward(self, x):
        batch, positions, width = x.shape
        shape = (batch, positions, self.heads, width // self.heads)
        q, k, v = (part.view(shape) for part in self.qkv(x).split(width, 2))
        if self.llama:
            q, k = rotate(q, self.cos, self.sin), rotate(k, self.cos, self.sin)
        q, k, v = (part.transpose(1, 2) for part in (q, k, v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(shape[-1])
        weights = scores.masked_fill(self.hidden[:positions, :positions], -math.inf).softmax(-1)
        return self.out((weights @ v).transpose(1, 2).reshape(batch, positions, width))


class Mlp(nn.Module):
    def __init__(self, width, llama):
        super().__init__()
        self.llama = llama
        hidden = (8 * width // 3 + 63) // 64 * 64 if llama else 4 * width
        self.up = nn.Linear(width, hidden, bias=not llama)
        self.gate = nn.Linear(width, hidden, bias=False) if llama else None
        self.down = nn.Linear(hidden, width, bias=not llama)
        try:
            self.gelu = nn.GELU(approximate="tanh")
        except TypeError:  # PyTorch before 1.12
            self.gelu = nn.GELU()

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x) if self.llama else self.gelu(self.up(x)))


class Experts(nn.Module):
    """Two of eight gated layers for each token, each half as wide as the dense one, and a loss that balances them."""

    COUNT, CHOSEN, BALANCE = 8, 2, 0.02

    def __init__(self, width):
        super().__init__()
        hidden = (8 * width // 3 + 63) // 64 * 64 // self.CHOSEN
        self.router = nn.Linear(width, self.COUNT, bias=False)
        self.gate, self.up, self.down = (
            nn.ParameterList(nn.Parameter(torch.empty(shape)) for _ in range(self.COUNT))
            for shape in ((hidden, width), (hidden, width), (width, hidden)))
        self.balance = None

    def forward(self, x):
        rows = x.flatten(0, 1)
        probabilities = self.router(rows).softmax(-1)
        weights, experts = probabilities.topk(self.CHOSEN)
        weights = weights / weights.sum(-1, keepdim=True)
        shares = F.one_hot(experts, self.COUNT).float().sum(1).mean(0)
        self.balance = self.BALANCE * self.COUNT * (shares * probabilities.mean(0)).sum()
        out = torch.zeros_like(rows)
        for expert in range(self.COUNT):
            row, choice = torch.where(experts == expert)
            mine = rows[row]
            hidden = F.silu(F.linear(mine, self.gate[expert])) * F.linear(mine, self.up[expert])
            out.index_add_(0, row, F.linear(hidden, self.down[expert]) * weights[row, choice, None])
        return out.view_as(x)


class Decoder(nn.Module):
    def __init__(self, layers, heads, width, context, vocabulary, arch):
        super().__init__()
        llama = arch != "gpt2"
        norm = RMSNorm if llama else nn.LayerNorm
        self.embed = nn.Embedding(vocabulary, width)
        self.positions = None if llama else nn.Embedding(context, width)
        self.blocks = nn.ModuleList(
            nn.ModuleList((norm(width), Attention(width, heads, context, llama), norm(width),
                           Experts(width) if arch == "mixtral" else Mlp(width, llama)))
            for _ in range(layers))
        self.norm = norm(width)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, 0, 0.02)

    def forward(self, tokens, targets):
        x = self.embed(tokens)
        if self.positions is not None:
            x = x + self.positions.weight[: tokens.shape[1]]
        for norm1, attention, norm2, mlp in self.blocks:
            x = x + attention(norm1(x))
            x = x + mlp(norm2(x))
        logits = F.linear(self.norm(x), self.embed.weight)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        return loss + sum(mlp.balance for _, _, _, mlp in self.blocks if isinstance(mlp, Experts))


def main():
    preset, arch, threads, steps = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    layers, heads, width, context, vocabulary, batch = PRESETS[preset]
    model = Decoder(layers, heads, width, context, vocabulary, arch)
    decayed = [p for p in model.parameters() if p.dim() >= 2]
    plain = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}],
        lr=6e-4, betas=(0.9, 0.95))
    data = torch.randint(0, vocabulary, (batch, context + 1))
    seconds = []
    for _ in range(steps + 2):
        begin = time.perf_counter()
        model(data[:, :-1], data[:, 1:].contiguous()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seconds.append(time.perf_counter() - begin)
    print(json.dumps({
        "tokens_per_second": batch * context / statistics.median(seconds[2:]),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))


main()
