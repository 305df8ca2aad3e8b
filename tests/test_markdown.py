from __future__ import annotations

import pytest

from rag.content import label_blocks
from rag.markdown import read_markdown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# C# and F ##\r\nx", "C# and F x"),
        ("## ##\nx", "x"),
        ("#  Heading  \nx", "Heading x"),
        ("a <!-- b\nc --> d <!-- e", "a d <!-- e"),
        ("see [a page](https://x.org/A_(b)) and [b](c)", "see a page and b"),
        ("[![logo](a.png)](https://x.org) y", "logo y"),
        ("[one [two](x) three", "[one two three"),
        ("[a][b] [c][]", "a c"),
        ("[b]: https://x.org\ny", "y"),
        ("```py\n# kept\n```\n**gone**", "# kept gone"),
        ("**b** _i_ `c` ~~d~~ snake_case 2*3*4", "b i c d snake_case 2*3*4"),
    ],
)
def test_marks_are_blank_and_text_stays(text: str, words: str) -> None:
    plain = read_markdown(text)
    assert " ".join(plain.split()) == words
    assert [i for i, c in enumerate(plain) if c in "\r\n"] == [i for i, c in enumerate(text) if c in "\r\n"]
    assert all(before == after or after == " " for before, after in zip(text, plain, strict=True))


HOSTILE = ["<!--", "![", "[", "[a](", "[a](b)[c](", "[a][", "`", "~~~", "**", "* a", "_a", "<a ", "#", "# ", "](", "x("]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", HOSTILE)
def test_a_megabyte_of_marks_is_read_in_linear_time(unit: str) -> None:
    """Where time grows with the square of the length, a megabyte takes hours."""
    text = unit * (1_000_000 // len(unit))
    assert len(read_markdown(text)) == len(text)


@pytest.mark.timeout(60)
def test_a_megabyte_of_blanks_is_read_in_linear_time() -> None:
    text = "# a" + " " * 1_000_000 + "b\n\na" + " " * 1_000_000 + "b"
    assert [b.role for b in label_blocks(read_markdown(text))] == ["content", "content"]
