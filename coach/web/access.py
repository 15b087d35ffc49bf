"""Who is asking. Every handler and route asks here first, since each is reachable by itself over HTTP."""

from ipaddress import ip_address
from typing import Protocol

from coach.errors import NotFoundError, SetupError
from coach.meeting import LOCAL_TRAINEE


class _Client(Protocol):
    @property
    def host(self) -> str: ...


class HasClient(Protocol):
    """A request of FastAPI or Gradio, as far as access needs it."""

    @property
    def client(self) -> _Client | None:
        """The peer of the connection."""
        ...


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_host(host: str) -> None:
    """Refuse to listen where others could reach a page that has no login.

    Raises:
        SetupError: `host` is not a loopback address.
    """
    if not is_loopback(host):
        raise SetupError(f"COACH_HOST is {host!r}, which others could reach, and there is no login yet. Use 127.0.0.1, and a "
                         "tunnel of your own where you need the page elsewhere.")


def manager_of(request: HasClient) -> str:
    """Who may change the library: a manager; on a machine with no login, its owner.

    Raises:
        NotFoundError: the request comes from elsewhere; told as if nothing were here.
    """
    return trainee_of(request)


def trainee_of(request: HasClient) -> str:
    """The trainee behind a request: the owner of this machine, and nobody else.

    Raises:
        NotFoundError: the request comes from elsewhere; told as if nothing were here.
    """
    if request.client is None or not is_loopback(request.client.host):
        raise NotFoundError("There is nothing here.")
    return LOCAL_TRAINEE
