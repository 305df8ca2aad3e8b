"""What stands between the network and the page's server: only the routes the page needs, and no way out of the page.

Gradio serves more than a page that takes text needs: uploads, files of its cache, a proxy. Here these do not exist. Two
routes are the page's own: its style and fonts, and uploads where the owner allows them. A password, if there is one, is
asked for by all. The Content-Security-Policy (W3C CSP level 3) makes the browser itself refuse to load anything from
another host, and the page's head loses the social-media tags that name other hosts. Knows HTTP (ASGI); no articles and
no answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.chat import uploads
from rag.chat.access import CHALLENGE, Access
from rag.chat.wording import preferred_language

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Compared with whole paths, or with their beginning where an entry ends in "/".
ROUTES = (
    "/assets/", "/static/", "/favicon.ico", "/manifest.json", "/robots.txt", "/theme.css", "/config",
    "/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/startup-events", "/gradio_api/app_id",
    "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/heartbeat/", "/gradio_api/cancel",
    "/gradio_api/reset", "/gradio_api/call/", "/gradio_api/login_check",
)  # fmt: skip
TOOL_ROUTES = ("/gradio_api/mcp", "/gradio_api/mcp/", "/gradio_api/run/")  # with --mcp
OWN_ROUTE = "/rag/static/"
OWN_FILES = Path(__file__).with_name("static")
OWN_TYPES = {".woff2": "font/woff2", ".css": "text/css; charset=utf-8"}

# Gradio's page has inline scripts and styles, and compiles the scripts of its components.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)

_SOCIAL_TAGS = re.compile(rb'<meta\s+(?:property="og|name="twitter):[^>]*>\s*')
_HTML_LANGUAGE = re.compile(rb'(<html\s+lang=)"en"')


class Guard:
    """ASGI middleware: routes that the page doesn't need answer 404, pages are cleaned, every answer has `HEADERS`."""

    def __init__(
        self, app: ASGIApp, *,
        access: Access | None = None, upload: uploads.Uploads | None = None, tools: bool = False,
    ) -> None:  # fmt: skip
        self._app = app
        self._access = access or Access()
        self._upload = upload
        self._routes = (*ROUTES, *(TOOL_ROUTES if tools else ()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *HEADERS]}
            await send(message)

        if not _of_gradio(scope) and not self._access.admits(_header(scope, b"authorization")):
            await _plain("A user name and a password are needed.", 401, CHALLENGE)(scope, receive, send_with_headers)
        elif scope["path"] == "/":
            await _Page(scope, send).run(self._app, receive)
        elif scope["path"].startswith(OWN_ROUTE):
            await _own_file(scope["path"].removeprefix(OWN_ROUTE))(scope, receive, send_with_headers)
        elif scope["path"] == uploads.ROUTE and self._upload is not None:
            await self._upload(scope, receive, send_with_headers)
        elif allowed(scope["path"], self._routes):
            await self._app(scope, receive, send_with_headers)
        else:
            await _plain("Not found", 404)(scope, receive, send_with_headers)


def _of_gradio(scope: Scope) -> bool:
    """What Gradio asks itself when it starts, to see that it runs. Nothing of the page is in the answers."""
    return (scope["method"], scope["path"]) in (("GET", "/gradio_api/startup-events"), ("HEAD", "/"))


def _plain(text: str, status: int, *headers: tuple[bytes, bytes]) -> ASGIApp:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(text, status_code=status, headers=_text(headers))


def _own_file(name: str) -> ASGIApp:
    """The style sheet or a font; what is not in that folder does not exist."""
    from starlette.responses import FileResponse

    files = {path.name: path for path in OWN_FILES.rglob("*") if path.suffix in OWN_TYPES}
    if name not in files:
        return _plain("Not found", 404)
    keep = "max-age=31536000, immutable" if name.endswith(".woff2") else "no-cache"
    return FileResponse(files[name], media_type=OWN_TYPES[files[name].suffix], headers={"cache-control": keep})


def allowed(path: str, routes: Sequence[str] = ROUTES) -> bool:
    """Whether the page needs this route.

    >>> allowed("/gradio_api/queue/join"), allowed("/gradio_api/upload"), allowed("/gradio_api/file=/etc/passwd")
    (True, False, False)
    """
    path = path.rstrip("/") if not path.startswith(("/assets/", "/static/")) else path
    return any(path.startswith(route) if route.endswith("/") else path == route for route in routes)


class _Page:
    """The start page, held back until it is complete, then sent without foreign addresses and in the right language."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        await app(self._scope, receive, self._collect)

    async def _collect(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        body = cleaned(self._body, language=preferred_language(_header(self._scope, b"accept-language")))
        kept = [(name, value) for name, value in self._start["headers"] if name.lower() != b"content-length"]
        headers = [*kept, (b"content-length", str(len(body)).encode()), (b"vary", b"accept-language"), *HEADERS]
        if self._scope["method"] == "HEAD":
            headers = [*self._start["headers"], *HEADERS]
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _header(scope: Scope, wanted: bytes) -> str | None:
    values = [value for name, value in scope["headers"] if name == wanted]
    return b",".join(values).decode("latin-1") if values else None


def cleaned(html: bytes, *, language: str) -> bytes:
    """The page without social-media tags, and saying which language it is in."""
    html = _SOCIAL_TAGS.sub(b"", html)
    return _HTML_LANGUAGE.sub(rb'\1"' + language.encode() + b'"', html, count=1)


def _text(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in headers}
