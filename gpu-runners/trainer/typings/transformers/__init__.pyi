# Only open_clip's optional towers reach this package from checked code; its own modules take pyright 13 s to bind.
from typing import Any

def __getattr__(name: str) -> Any: ...
