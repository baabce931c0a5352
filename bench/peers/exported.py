"""A network of PyTorch as ONNX, for engines that only infer, and the check that they compute the same."""

# Largest difference of a logit, as a share of the largest logit. Sums in another order differ by 1e-6.
CLOSE = {"f32": 1e-4, "bf16": 5e-2}


def onnx(model, images):
    """The network as bytes of ONNX, its batch as large as `images`."""
    import torch

    return torch.onnx.export(model, (images,), dynamo=True, verbose=False).model_proto.SerializeToString()


def check(model, images, logits, precision):
    """Ends the program if `logits` are not what PyTorch computes; gives the difference."""
    import torch

    with torch.no_grad():
        expected = model(images).numpy()
    difference = abs(logits - expected).max() / abs(expected).max()
    if not difference <= CLOSE[precision]:
        raise SystemExit(f"logits differ from PyTorch's by {difference:.1e} of the largest")
    return f"{difference:.1e}"
