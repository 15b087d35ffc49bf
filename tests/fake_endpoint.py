"""A server on loopback that speaks OpenAI's chat-completions protocol, well and badly, as a test wants it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

KEY = "sk-very-secret-key"
# By these words of its prompt a task is known.
SIGNS = {"voice": "you say your next line", "judge": "You judge one reply", "tip": "What to advise is decided",
         "debrief": "you look\nback on it together", "ask": "You are a coach of client conversations. Answer the question"}
# After it she listens, so that any line will do: there is no fact that it must tell. And what a judge and a coach say to it.
REPLY = "That is big news. I am with you."
JUDGED = json.dumps({
    "behaviours": [{"behaviour": "acknowledges", "quote": "That is big news.", "confidence": 1.0, "about": ""}],
    "empathy": 2, "selling": 0, "overall": 2, "earned": False, "reason": "You named the news."})
TIP = "Stay with it: “What has that been like?”"
Handler = BaseHTTPRequestHandler
Act = Callable[[Handler, dict[str, Any]], None]


class Endpoint:
    """What the server was asked, and what it does next: the last of `acts` goes on for ever."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.acts: list[Act] = [says("Hello.")]

    def act(self, handler: Handler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.asked.append(body)
        self.keys.append(handler.headers["Authorization"])
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        act(handler, body)

    def prompt(self) -> str:
        """The text of the last request's only message."""
        (message,) = self.asked[-1]["messages"]
        return str(message["content"])


def send(handler: Handler, status: int, content: str, kind: str = "application/json", *, whole: bool = True,
         retry_after: int | None = None) -> None:
    data = content.encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    # One that promises more than it sends breaks off in the middle.
    handler.send_header("Content-Length", str(len(data) if whole else len(data) + 1000))
    handler.send_header("Connection", "close")
    if retry_after is not None:
        handler.send_header("Retry-After", str(retry_after))
    handler.end_headers()
    handler.wfile.write(data)


def event(delta: dict[str, Any], **more: Any) -> str:
    chunk = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
    } | more
    return f"data: {json.dumps(chunk)}\n\n"


def says(text: str) -> Act:
    """Answers with `text`, streamed word by word where that is asked for."""

    def act(handler: Handler, body: dict[str, Any]) -> None:
        usage = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
        if body.get("stream"):
            words = [event({"role": "assistant", "content": ""}), *(event({"content": f"{word} "}) for word in text.split(" "))]
            send(handler, 200, "".join((*words, event({}, choices=[], usage=usage), "data: [DONE]\n\n")), "text/event-stream")
        else:
            message = {"role": "assistant", "content": text}
            send(
                handler,
                200,
                json.dumps(
                    {
                        "id": "c",
                        "object": "chat.completion",
                        "created": 1,
                        "model": "m",
                        "usage": usage,
                        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                    }
                ),
            )

    return act


def by_task(acts: Mapping[str, Sequence[Act]]) -> Act:
    """Does for each task what is set down for it, the last for ever."""
    left = {task: list(some) for task, some in acts.items()}

    def act(handler: Handler, body: dict[str, Any]) -> None:
        mine = left[task_of(body)]
        (mine.pop(0) if len(mine) > 1 else mine[0])(handler, body)

    return act


def task_of(body: dict[str, Any]) -> str:
    """What is asked for."""
    return next(task for task, sign in SIGNS.items() if sign in str(body["messages"][0]["content"]))


def fails(status: int, message: str = "It broke.", code: str = "broken") -> Act:
    error = json.dumps({"error": {"message": message, "type": "server_error", "code": code}})
    return lambda handler, _: send(handler, status, error)


def waits(seconds: int) -> Act:
    """Too busy just now, and says for how long."""
    error = json.dumps({"error": {"message": "slow down", "type": "rate_limit", "code": "rate_limit_exceeded"}})
    return lambda handler, _: send(handler, 429, error, retry_after=seconds)


def calls_tool(arguments: str) -> Act:
    """Answers with a call of the first tool it was offered."""

    def act(handler: Handler, body: dict[str, Any]) -> None:
        function = {"name": body["tools"][0]["function"]["name"], "arguments": arguments}
        call = {"id": "t", "type": "function", "function": function}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        send(handler, 200, json.dumps({
            "id": "c", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}))

    return act


def echoes_the_request(handler: Handler, body: dict[str, Any]) -> None:
    """As some servers do that are too helpful."""
    told = f"Incorrect API key provided: {handler.headers['Authorization']} for {body['messages']}"
    fails(401, told, "invalid_api_key")(handler, body)


def breaks_off(handler: Handler, _: dict[str, Any]) -> None:
    send(handler, 200, event({"role": "assistant", "content": "I was going to"}), "text/event-stream", whole=False)


def hangs_up(handler: Handler, _: dict[str, Any]) -> None:
    handler.connection.close()


def slowly(text: str, first_seconds: float, tokens_a_second: float) -> Act:
    """Answers as a model does that thinks for a while and then writes, a word a token."""

    def act(handler: Handler, body: dict[str, Any]) -> None:
        time.sleep(first_seconds)
        words = text.split(" ")
        if not body.get("stream"):
            time.sleep((len(words) - 1) / tokens_a_second)
            says(text)(handler, body)
            return
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        start = time.monotonic()
        for number, word in enumerate(words):
            time.sleep(max(0.0, start + number / tokens_a_second - time.monotonic()))
            handler.wfile.write(event({"content": f"{word} "}).encode())
            handler.wfile.flush()
        handler.wfile.write(b"data: [DONE]\n\n")

    return act


@contextmanager
def serving() -> Iterator[Endpoint]:
    """An endpoint, until the block is left."""
    served = Endpoint()

    class Serving(Handler):
        def do_POST(self) -> None:  # noqa: N802 - the name that http.server asks for
            served.act(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 256

    server = Server(("127.0.0.1", 0), Serving)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


