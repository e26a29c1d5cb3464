"""What every answer tells the browser it may do: nothing that a page does not need."""

from flask import Flask, Response, abort, current_app, request

#: No inline script or style anywhere; Bootstrap's own stylesheet draws its small icons as data: images.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
    # Most pages hold somebody's data: a page that may be kept says so itself.
    "Cache-Control": "no-store",
}

_SAFE = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask) -> None:
    app.before_request(refuse_other_sites)
    app.after_request(add_headers)


def refuse_other_sites() -> None:
    """An act asked for by another site's page is refused, whatever token it brings."""
    if request.method not in _SAFE and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        abort(400)


def add_headers(response: Response) -> Response:
    """Add what is not set: a view that serves a file may be stricter."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
