"""An image of a query: its bytes, or where in a shard they lie, so that images are read when they are needed."""

from trainer.images import ImagePlace, read_bytes

Picture = bytes | ImagePlace


def bytes_of(picture: Picture) -> bytes:
    return picture if isinstance(picture, bytes) else read_bytes(picture)
