"""The catalog's networks in PyTorch, layer for layer as skipbench-models has them."""

import re

import torch
from torch import nn
from torch.nn import functional as F


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Residual(nn.Module):
    """conv-BN-ReLU-conv-BN, the shortcut of option A unless plain, ReLU (arXiv:1512.03385)."""

    def __init__(self, inputs, outputs, stride, skip):
        super().__init__()
        self.branch = nn.Sequential(
            conv(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs), nn.ReLU(),
            conv(outputs, outputs, 3), nn.BatchNorm2d(outputs))
        self.stride, self.wider, self.skip = stride, outputs - inputs, skip

    def forward(self, x):
        y = self.branch(x)
        if self.skip:
            x = x[:, :, ::self.stride, ::self.stride]
            y = y + (F.pad(x, (0, 0, 0, 0, 0, self.wider)) if self.wider else x)
        return F.relu(y)


class Dense(nn.Module):
    """x and, behind it, BN-ReLU-conv of it (arXiv:1608.06993, eq. 2)."""

    def __init__(self, inputs, growth, bottleneck):
        super().__init__()
        sizes = [(inputs, 4 * growth, 1), (4 * growth, growth, 3)] if bottleneck else [(inputs, growth, 3)]
        self.branch = nn.Sequential(*(part for size in sizes for part in activated(*size)))

    def forward(self, x):
        return torch.cat([x, self.branch(x)], 1)


class Attended(nn.Module):
    """x + MSA(LN(x)), then x + MLP(LN(x)) (arXiv:2010.11929, eqs. 2 and 3)."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList(nn.LayerNorm(width, eps=1e-6) for _ in range(2))
        self.qkv, self.projection = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def attend(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(*qkv.unbind(0))
        return self.projection(y.transpose(1, 2).reshape(batch, tokens, width))

    def forward(self, x):
        x = x + self.attend(self.norms[0](x))
        return x + self.mlp(self.norms[1](x))


class Transformer(nn.Module):
    def __init__(self, depth, width, heads, patch, size):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.class_token = nn.Parameter(torch.randn(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, width))
        self.blocks = nn.Sequential(*(Attended(width, heads) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width, eps=1e-6), nn.Linear(width, 10)

    def forward(self, images):
        x = self.patches(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


# Width and heads of DeiT's sizes, which torchvision has only one of.
SIZES = {"ti": (192, 3), "s": (384, 6), "b": (768, 12)}


def activated(inputs, outputs, kernel):
    return nn.BatchNorm2d(inputs), nn.ReLU(), conv(inputs, outputs, kernel)


def head(channels):
    return nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)


def resnet(depth, skip):
    layers, channels = [conv(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU()], 16
    for stage in range(3):
        for block in range((depth - 2) // 6):
            stride = 2 if stage and not block else 1
            layers.append(Residual(channels, 16 << stage, stride, skip))
            channels = 16 << stage
    return nn.Sequential(*layers, *head(channels))


def densenet(depth, growth, bottleneck):
    channels = 2 * growth if bottleneck else 16
    layers = [conv(3, channels, 3)]
    for stage in range(3):
        if stage:
            narrow = channels // 2 if bottleneck else channels
            layers += [*activated(channels, narrow, 1), nn.AvgPool2d(2)]
            channels = narrow
        for _ in range((depth - 4) // (6 if bottleneck else 3)):
            layers.append(Dense(channels, growth, bottleneck))
            channels += growth
    return nn.Sequential(*layers, nn.BatchNorm2d(channels), nn.ReLU(), *head(channels))


def build(name):
    """The network of that name and the side of its images."""
    if found := re.fullmatch(r"(plain|resnet)(20|32|44|56|110)", name):
        return resnet(int(found[2]), found[1] == "resnet"), 32
    if found := re.fullmatch(r"densenet-(bc-)?(\d+)-(\d+)", name):
        return densenet(int(found[2]), int(found[3]), bool(found[1])), 32
    if found := re.fullmatch(r"vit-d(\d+)-w(\d+)-h(\d+)-p(\d+)", name):
        return Transformer(*map(int, found.groups()), 32), 32
    if found := re.fullmatch(r"vit_(ti|s|b)_16", name):
        return Transformer(12, *SIZES[found[1]], 16, 224), 224
    import torchvision
    return getattr(torchvision.models, name)(num_classes=10), 224
