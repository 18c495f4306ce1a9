"""What CLIP_benchmark 1.6.2, open_clip and scikit-learn make of a model package and real images (run in the trainer's venv).

    python clip_benchmark_reference.py MODEL_FOLDER DATA_FOLDER OUT_FOLDER CIFAR_COUNT

Reads CIFAR-10 and the photographs of DATA_FOLDER; writes to OUT_FOLDER the same images as users would bring them (`cifar-{train,test}.parquet`,
`photos.tar` in CLIP_benchmark's layout), embeddings as raw float32, and every figure in `reference.json`. Pixels go through Pillow and torchvision.
Legend: N images, C classes, T texts, D embedding width.
"""

import io
import json
import sys
import tarfile
from pathlib import Path

import numpy as np
import open_clip
import pyarrow.parquet as pq
import torch
import torch.nn.functional as F
from clip_benchmark.metrics import image_caption_selection, zeroshot_classification, zeroshot_retrieval
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.neighbors import KNeighborsClassifier
from torch.utils.data import DataLoader, Dataset
from trainer.model import build_clip, read_package
from trainer.text import ClipTokenizer

BATCH = 64
TEMPLATES = ["a photo of a {}.", "a blurry photo of the {}.", "{}"]
LAMBDAS = [0.01, 1.0, 100.0]


def accuracy(output: torch.Tensor, target: torch.Tensor, topk: tuple[int, ...] = (1,)) -> list[float]:
    """CLIP_benchmark's own, which NumPy 2.4 refuses: it makes a float of an array with one number."""
    pred = output.topk(max(topk), 1, True, True)[1].t()
    correct = pred.eq(target.view(1, -1).expand_as(pred))
    return [correct[:k].reshape(-1).float().sum().item() / len(target) for k in topk]


zeroshot_classification.accuracy = accuracy


class Pictures(Dataset):
    """Pixels made once, however often they are asked for."""

    def __init__(self, pixels: list[torch.Tensor], targets: list, classes: list[str] | None = None) -> None:
        self.pixels, self.targets, self.classes = pixels, targets, classes

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int):
        return self.pixels[index], self.targets[index]


def load(dataset: Pictures) -> DataLoader:
    collate = None if not isinstance(dataset.targets[0], list) else lambda rows: (torch.stack([x for x, _ in rows]), [y for _, y in rows])
    return DataLoader(dataset, batch_size=BATCH, collate_fn=collate)


def read_cifar(data: Path, out: Path, split: str, count: int) -> tuple[list[bytes], list[int], list[str]]:
    table = pq.read_table(data / "cifar10" / f"{split}-00000-of-00001.parquet").slice(0, count)
    pq.write_table(table, out / f"cifar-{split}.parquet", row_group_size=2000)
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    images = [row["bytes"] for row in table["img"].to_pylist()]
    return images, table["label"].to_pylist(), features["label"]["names"]


def read_photos(data: Path, out: Path) -> tuple[list[bytes], list[list[str]]]:
    images, captions = [], []
    with tarfile.open(data / "photos" / "photos-200.tar") as source, tarfile.open(out / "photos.tar", "w") as target:
        add(target, "dataset_type.txt", b"retrieval\n")
        members = source.getmembers()
        for i, member in enumerate(m for m in members if m.name.endswith(".jpg")):
            image = source.extractfile(member).read()
            name = source.extractfile(member.name.replace(".jpg", ".txt")).read().decode().strip()
            images.append(image)
            captions.append([name, f"a photo of a {name} outside."])
            add(target, f"s{i:07}.jpg", image)
            add(target, f"s{i:07}.txt", "\n".join(captions[-1]).encode())
    return images, captions


def add(target: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    target.addfile(info, io.BytesIO(data))


@torch.no_grad()
def embed(model, dataset: Pictures) -> np.ndarray:
    batches = [F.normalize(model.encode_image(images), dim=-1) for images, _ in load(dataset)]
    return torch.cat(batches).numpy()


def probe(train_ND, train_labels, test_ND, test_labels, strength: float) -> dict:
    fit = LogisticRegression(C=1 / strength, max_iter=1000).fit(train_ND, train_labels)
    return {"lambda": strength, "acc1": fit.score(test_ND, test_labels), "coef": fit.coef_.ravel().tolist()}


def main(model_folder: Path, data: Path, out: Path, count: int) -> None:
    package = read_package(model_folder)
    model = build_clip(package["architecture"], model_folder / "weights.safetensors").eval()
    clip_tokenizer = ClipTokenizer(model_folder / "tokenizer.json", package)
    image = package["image"]
    cfg = PreprocessCfg(size=image["size"], mean=tuple(image["mean"]), std=tuple(image["std"]), interpolation=image["interpolation"], resize_mode=image["resize"])
    transform = image_transform_v2(cfg, is_train=False)

    def tokenizer(texts: list[str]) -> torch.Tensor:
        return clip_tokenizer(texts).long()

    test_images, test_labels, names = read_cifar(data, out, "test", count)
    train_images, train_labels, _ = read_cifar(data, out, "train", count)
    photos, captions = read_photos(data, out)

    def to_pixels(images: list[bytes]) -> list[torch.Tensor]:
        return [transform(Image.open(io.BytesIO(image))) for image in images]

    test, train = Pictures(to_pixels(test_images), test_labels, names), Pictures(to_pixels(train_images), train_labels, names)
    retrieval = Pictures(to_pixels(photos), captions)

    forms = [template.replace("{}", "{c}") for template in TEMPLATES]
    class_DC = zeroshot_classification.zero_shot_classifier(model, tokenizer, names, forms, "cpu", amp=False)
    test_ND, train_ND, photo_ND = embed(model, test), embed(model, train), embed(model, retrieval)
    with torch.no_grad():
        text_TD = F.normalize(model.encode_text(tokenizer([text for own in captions for text in own])), dim=-1).numpy()
    arrays = {"classes": class_DC.T, "cifar-test": test_ND, "cifar-train": train_ND, "photos": photo_ND, "captions": text_TD}
    for name, array in arrays.items():
        np.ascontiguousarray(array, np.float32).tofile(out / f"{name}.f32")

    logits_NC = 100.0 * torch.from_numpy(test_ND) @ class_DC
    predicted = logits_NC.argmax(1).numpy()
    several_NC = torch.zeros(count, len(names), dtype=torch.int64)
    several_NC[torch.arange(count), test_labels] = 1
    several_NC[torch.arange(0, count, 3), [(label + 1) % len(names) for label in test_labels[::3]]] = 1
    neighbours = KNeighborsClassifier(20, weights=lambda far: np.exp((1 - far) / 0.07), metric="cosine", algorithm="brute").fit(train_ND, train_labels)
    pairs = [[own[0], captions[(i + 1) % len(captions)][0]] for i, own in enumerate(captions)]
    # One image and two captions an instance.
    pair_loader = [(image_BCHW.unsqueeze(1), texts) for image_BCHW, texts in load(Pictures(retrieval.pixels, pairs))]
    reference = {
        "names": names,
        "templates": TEMPLATES,
        "dim": int(test_ND.shape[1]),
        "labels": {"test": test_labels, "train": train_labels},
        "classification": {
            **zeroshot_classification.evaluate(model, load(test), tokenizer, names, forms, "cpu", amp=False),
            "macro_f1": f1_score(test_labels, predicted, average="macro"),
        },
        "mean_average_precision": zeroshot_classification.average_precision_per_class(logits_NC, several_NC).mean().item(),
        "retrieval": zeroshot_retrieval.evaluate(model, load(retrieval), tokenizer, "cpu", amp=False, recall_k_list=[1, 5, 10]),
        "pairs": image_caption_selection.evaluate(model, pair_loader, tokenizer, "cpu", amp=False),
        "linear_probe": [probe(train_ND, train_labels, test_ND, test_labels, strength) for strength in LAMBDAS],
        "knn": neighbours.score(test_ND, test_labels),
        "versions": {"open_clip": open_clip.__version__, "torch": torch.__version__},
    }
    (out / "reference.json").write_text(json.dumps(reference))


if __name__ == "__main__":
    torch.set_num_threads(2)
    main(*map(Path, sys.argv[1:4]), int(sys.argv[4]))
