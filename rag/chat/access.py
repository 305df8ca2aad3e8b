"""Who may use the page: HTTP Basic authentication (RFC 7617) for every route, this page's own and Gradio's.

    Access((("ann", "secret"),)).admits("Basic YW5uOnNlY3JldA==")  → True

Knows HTTP headers; no page.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field

CHALLENGE = (b"www-authenticate", b'Basic realm="rag", charset="UTF-8"')


@dataclass(frozen=True, slots=True)
class Access:
    """The accounts that are let in; with none, everybody is."""

    accounts: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def admits(self, authorization: str | None) -> bool:
        """Whether a request with this header is let in. Takes as long for a wrong user as for a wrong password."""
        if not self.accounts:
            return True
        scheme, _, given = (authorization or "").partition(" ")
        try:
            credentials = base64.b64decode(given.strip(), validate=True)
        except (binascii.Error, ValueError):
            credentials = b""
        known = [f"{user}:{password}".encode() for user, password in self.accounts]
        same = [secrets.compare_digest(credentials, each) for each in known]
        return scheme.lower() == "basic" and any(same)
