"""The host: FastAPI with the page mounted, exports and probes beside it. Listens on this machine alone."""

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

# Gradio reads this when it is imported.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware

from coach.errors import CoachError, NotFoundError, SetupError, StorageError
from coach.knowledge.convert import MOST_BYTES
from coach.review.exports import to_json, to_markdown
from coach.web.access import check_host, is_loopback, trainee_of
from coach.web.page import Page
from coach.wiring import Coach

_STATIC = Path(__file__).parent / "static"
_STATUS = {NotFoundError: 404, StorageError: 503}


def create_app(coach: Coach) -> FastAPI:
    """The whole web application over `coach`."""
    app = FastAPI(title="coach", docs_url=None, redoc_url=None, openapi_url=None)
    # Another site's page must not reach this one under a name of its own (DNS rebinding).
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]", "::1", coach.settings.host])

    @app.middleware("http")
    async def uploads_from_here_alone(request: Request, call_next: RequestResponseEndpoint) -> Response:
        # Gradio takes files from anybody, also from another site's page. A browser names the page that sends a file.
        if "/upload" in request.url.path and not _from_this_page(request):
            return PlainTextResponse("Files are taken from this page alone.", status_code=403)
        return await call_next(request)

    @app.exception_handler(CoachError)
    def told(_: Request, error: Exception) -> Response:
        return PlainTextResponse(str(error), status_code=next((s for t, s in _STATUS.items() if isinstance(error, t)), 400))

    @app.get("/healthz")
    def alive() -> Response:
        return PlainTextResponse("ok")

    @app.get("/favicon.svg")
    def icon() -> Response:
        return Response((_STATIC / "favicon.svg").read_bytes(), media_type="image/svg+xml")

    @app.get("/readyz")
    def ready() -> Response:
        coach.records.health()
        index = "ok" if coach.index_is_current() else "stale"
        return JSONResponse({"records": "ok", "index": index, "engine": coach.engine.value})

    @app.get("/export/{name}")
    def export(name: str, request: Request) -> Response:
        meeting_id, _, ending = name.partition(".")
        meeting = coach.practice.get(meeting_id, trainee_of(request))
        headers = {"Content-Disposition": f'attachment; filename="meeting-{meeting.id}.{ending}"'}
        if ending == "json":
            return JSONResponse(to_json(meeting), headers=headers)
        if ending == "md":
            scenario = coach.practice.scenario(meeting)
            text = to_markdown(meeting, scenario.title, scenario.client.name, coach.rubric.label)
            return Response(text, media_type="text/markdown; charset=utf-8", headers=headers)
        raise NotFoundError("A meeting can be had as .md or .json.")

    blocks = Page(coach).build()
    blocks.queue(default_concurrency_limit=None)
    gr.mount_gradio_app(
        app, blocks, path="", theme=_theme(), css_paths=[_STATIC / "style.css"], head_paths=[_STATIC / "head.html"],
        footer_links=[], run_history=False, show_error=False, ssr_mode=False, max_file_size=MOST_BYTES)
    # Only of what it takes for launched does Gradio check that a file which a request names was uploaded, and is no other.
    blocks.has_launched = True
    return app


def _from_this_page(request: Request) -> bool:
    if request.client is None or not is_loopback(request.client.host):
        return False
    if request.method == "POST":
        return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host", "?")
    # How far an upload has come is asked for by the page itself, without an origin; other sites' pages are told apart so.
    return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"


def _theme() -> gr.themes.Base:
    """Gradio's plainest theme with the system's fonts: nothing is fetched. Colours stand in style.css."""
    return gr.themes.Base(font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
                          font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"], radius_size=gr.themes.sizes.radius_md)


def serve(coach: Coach) -> None:
    """Serve the page until it is stopped. Prints its address.

    Raises:
        SetupError: the address can be reached by others, or the port is taken.
    """
    host, port = coach.settings.host, coach.settings.port
    check_host(host)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SetupError(f"Port {port} on {host} is taken, perhaps by another coach. Stop that one, or set COACH_PORT to "
                             "another port.") from error
    app = create_app(coach)
    shown = f"[{host}]" if ":" in host else host
    print(f"coach is ready at http://{shown}:{port} ({coach.engine_name}). Stop it with Ctrl-C.", flush=True)
    uvicorn.run(app, host=host, port=port, log_level="warning")
