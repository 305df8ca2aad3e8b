"""What stands between the network and the page's server: only the routes the page needs, and no way out of the page.

Gradio serves more than a page that takes text needs: uploads, files of its cache, a proxy. Here these do not exist. The
Content-Security-Policy (W3C CSP level 3) makes the browser itself refuse to load anything from another host, and the
page's head loses the social-media tags that name other hosts. Knows HTTP (ASGI); no articles and no answers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == "/":
            await _Page(scope, send).run(self._app, receive)
        elif not allowed(scope["path"]):
            from starlette.responses import PlainTextResponse

            await PlainTextResponse("Not found", status_code=404, headers=_text(HEADERS))(scope, receive, send)
        else:

            async def send_with_headers(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message = {**message, "headers": [*message["headers"], *HEADERS]}
                await send(message)

            await self._app(scope, receive, send_with_headers)


def allowed(path: str) -> bool:
    """Whether the page needs this route.

    >>> allowed("/gradio_api/queue/join"), allowed("/gradio_api/upload"), allowed("/gradio_api/file=/etc/passwd")
    (True, False, False)
    """
    path = path.rstrip("/") if not path.startswith(("/assets/", "/static/")) else path
    return any(path.startswith(route) if route.endswith("/") else path == route for route in ROUTES)


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
        body = cleaned(self._body, language=preferred_language(self._accept_language()))
        kept = [(name, value) for name, value in self._start["headers"] if name.lower() != b"content-length"]
        headers = [*kept, (b"content-length", str(len(body)).encode()), (b"vary", b"accept-language"), *HEADERS]
        if self._scope["method"] == "HEAD":
            headers = [*self._start["headers"], *HEADERS]
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    def _accept_language(self) -> str | None:
        values = [value for name, value in self._scope["headers"] if name == b"accept-language"]
        return b",".join(values).decode("latin-1") if values else None


def cleaned(html: bytes, *, language: str) -> bytes:
    """The page without social-media tags, and saying which language it is in."""
    html = _SOCIAL_TAGS.sub(b"", html)
    return _HTML_LANGUAGE.sub(rb'\1"' + language.encode() + b'"', html, count=1)


def _text(headers: tuple[tuple[bytes, bytes], ...]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in headers}
