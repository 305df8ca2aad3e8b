"""The floors: a file imports only from the floors below its own, or from its own floor without a cycle."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rag

PACKAGE = Path(rag.__file__).parent
FLOORS = [
    {"checksum", "errors", "types", "config", "tables"},
    {
        "abbreviations",
        "articles",
        "bylines",
        "composed",
        "content",
        "furniture",
        "glossary",
        "html",
        "html_nodes",
        "markdown",
        "metadata",
        "sentences",
        "passages",
        "terms",
        "dates",
        "documents",
        "names",
        "occasions",
        "bodies",
        "offices",
        "question",
        "evidence",
        "cloze",
        "counted",
        "followups",
        "described",
        "parts",
        "telex",
        "phrases",
        "facts",
        "agreement",
        "wording",
        "written",
    },
    {"hub", "encoder", "diacritics", "embed", "reader", "lexical", "fuse", "stores", "generate"},
    {
        "manifest",
        "generations",
        "records",
        "vectors",
        "build",
        "index",
        "retrieve",
        "select",
        "told",
        "wanted",
        "weights",
        "clauses",
        "corpus",
        "cite",
        "holders",
        "listing",
        "mentions",
        "about",
        "confidence",
        "support",
        "prompt",
    },
    {"shared", "extractive", "generative", "answer", "evaluate"},
    {"cli", "options", "terminal", "watch", "chat", "__main__", "__init__"},
]
FLOOR = {name: level for level, names in enumerate(FLOORS) for name in names}


def _module(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """The modules of the package that a file imports, at any depth of the code."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "rag":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("rag.")}
    return found - {_module(path)}


SOURCES = sorted(PACKAGE.rglob("*.py"))


def test_every_module_has_a_floor() -> None:
    assert {_module(path) for path in SOURCES} <= set(FLOOR)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    if path.name == "__init__.py" and path.parent == PACKAGE:
        return
    above = {name for name in _imports(path) if name in FLOOR and FLOOR[name] > FLOOR[_module(path)]}
    assert not above, f"{path.name} on floor {FLOOR[_module(path)]} imports from above: {above}"


def test_no_cycle_within_a_floor() -> None:
    edges: dict[str, set[str]] = {}
    for path in SOURCES:
        edges.setdefault(_module(path), set()).update(_imports(path) & set(FLOOR))

    def reaches(start: str, goal: str, seen: frozenset[str] = frozenset()) -> bool:
        return any(n == goal or (n not in seen and reaches(n, goal, seen | {n})) for n in edges.get(start, set()))

    assert [name for name in edges if name != "__init__" and reaches(name, name)] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_and_functions_stay_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 300
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, f"{node.name} is long"


def test_importing_is_light() -> None:
    code = (
        "import sys, rag; heavy = {'torch', 'transformers', 'sentence_transformers', 'gradio', 'pandas', 'onnx'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_public_names() -> None:
    assert sorted(rag.__all__) == [
        "Answer", "Article", "ArticlesError", "Assistant", "Checks", "Citation", "CitationError", "ConfigError",
        "GeneratorError", "Hit",
        "IndexUnusableError", "Metadata", "ModelError", "Passage", "QuestionError", "RagError", "Report",
        "ScriptedGenerator", "Skipped",
        "Span", "Trace", "Unsupported", "Verification", "answer", "verify",
    ]  # fmt: skip
    assert all(hasattr(rag, name) for name in rag.__all__)
