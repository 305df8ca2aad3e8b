"""A folder of a few short articles, and the index of it, for the tests of the index and of retrieval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.config import IndexSettings
from rag.embed import HashingEmbedder
from rag.index import Index, build_index, open_index, why_stale
from rag.types import FloatMatrix, Report

ARTICLES = {
    "dân vận/Khéo.txt": (
        "Ban Dân vận Tỉnh ủy hiện có hai mươi lăm biên chế và ba phòng chuyên môn. "
        "Năm qua, toàn tỉnh xây dựng được hơn một nghìn mô hình dân vận khéo. "
        "Các mô hình tập trung vào giảm nghèo, làm đường và giữ rừng.\n"
    ),
    "mùa thu.md": (
        "Mùa thu Hà Nội thường bắt đầu vào cuối tháng tám, khi hoa sữa nở trên các phố cũ. "
        "Người dân ra hồ Gươm đi bộ vào mỗi buổi sáng sớm. "
        "Nhiệt độ trung bình là hai mươi bốn độ.\n"
    ),
    "committee.txt": (
        "The committee has twenty-five posts and meets on the first Monday of every month. "
        "Its chair is elected for five years by all members of the assembly. "
        "Minutes of each meeting are published within one week.\n"
    ),
}

SETTINGS = IndexSettings(embedding_model="hashing", passage_min_words=5, passage_max_words=30)


@dataclass
class CountingEmbedder(HashingEmbedder):
    """Remembers which texts went through it."""

    dimension: int = 64
    id: str = "hashing-64"
    embedded: list[str] = field(default_factory=list)

    def embed_passages(self, texts: Sequence[str], *, show_progress: bool = False) -> FloatMatrix:
        self.embedded += texts
        return super().embed_passages(texts, show_progress=show_progress)


@dataclass
class Folder:
    """Articles and their index, in a place whose path has blanks and letters that are not ASCII."""

    root: Path
    embedder: CountingEmbedder = field(default_factory=CountingEmbedder)
    settings: IndexSettings = SETTINGS

    @property
    def articles(self) -> Path:
        return self.root / "bài viết"

    @property
    def index(self) -> Path:
        return self.root / "mục lục"

    def put(self, article_id: str, text: str) -> None:
        path = self.articles / article_id
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def build(self) -> Report:
        return build_index(self.articles, self.index, settings=self.settings, embedder=self.embedder)

    def open(self) -> Index:
        return open_index(self.index, articles=self.articles, settings=self.settings, embedder=self.embedder)

    def why_stale(self) -> str | None:
        return why_stale(self.index, articles=self.articles, settings=self.settings, embedder=self.embedder)

    def files(self) -> dict[str, bytes]:
        """The files of the index by path, but the lock."""
        paths = (path for path in self.index.rglob("*") if path.is_file() and path.name != ".lock")
        return {path.relative_to(self.index).as_posix(): path.read_bytes() for path in paths}

    def generations(self) -> set[str]:
        """The names of the folders in the index."""
        return {path.name for path in self.index.iterdir() if path.is_dir()}


def make_folder(root: Path) -> Folder:
    """A folder with `ARTICLES`, and no index yet."""
    folder = Folder(root)
    for article_id, text in ARTICLES.items():
        folder.put(article_id, text)
    return folder
