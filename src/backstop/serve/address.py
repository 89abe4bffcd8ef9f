"""Where a server listens, and the exact names by which it may be asked."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from dataclasses import dataclass

from backstop.base.faults import InvalidInput, Refused

LOOPBACK = "127.0.0.1"

_HTTP_PORT = 80


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a server: `host` as it stands in a URL, and the port.

    `hosts` are the only values of the header Host that are answered, compared as they are: a page of another site whose
    name was made to lead to this machine (DNS rebinding) says its own name there.
    """

    host: str
    port: int
    hosts: frozenset[str]

    @property
    def url(self) -> str:
        """The URL of the page."""
        return f"http://{self.host}:{self.port}/"

    @property
    def origins(self) -> frozenset[str]:
        """The only values of the header Origin that may change anything."""
        return frozenset(f"http://{host}" for host in self.hosts)


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine alone: `localhost`, or a loopback address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listening(host: str, port: int) -> tuple[socket.socket, Address]:
    """A socket that listens at `host` and `port` (0: one that is free), and its address.

    Raises Refused where the port is taken, InvalidInput where the host is none of this machine's addresses.
    """
    family, place = _resolved(host)
    # Named as TCP, because asyncio lets only such sockets send without delay: else small answers wait 40 ms.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there the option would let two servers share a port
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        taken.bind((place, port))
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise _unbound(host, port, error) from error
    found = int(taken.getsockname()[1])
    names = {host, place} | ({"localhost"} if is_loopback(place) and place in (LOOPBACK, "::1") else set())
    shown = {_in_url(name) for name in names}
    hosts = {f"{name}:{found}" for name in shown} | (shown if found == _HTTP_PORT else set())
    return taken, Address(_in_url(host), found, frozenset(hosts))


def _in_url(name: str) -> str:
    """A host as URLs write it: IPv6 in brackets, letters small."""
    return f"[{name}]" if ":" in name else name.lower()


def _resolved(host: str) -> tuple[socket.AddressFamily, str]:
    """The family and the numbers of a host. Raises InvalidInput for none, and for all addresses at once."""
    if host == "localhost":
        return socket.AF_INET, LOOPBACK
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InvalidInput(
            f"--host {host}: no such host ({reason})",
            hint="name one address of this machine, or leave --host away to serve this machine alone",
        ) from None
    family, place = found[0][0], str(found[0][4][0])
    if ipaddress.ip_address(place.partition("%")[0]).is_unspecified:
        # Every name would lead here, and none could be told from a forged one.
        raise InvalidInput(
            f"--host {host} means all addresses of this machine at once",
            hint="name the one address or name by which others will open the page",
        )
    return family, place


def _unbound(host: str, port: int, error: OSError) -> Refused | InvalidInput:
    if error.errno == errno.EADDRINUSE:
        return Refused(
            f"port {port} is in use, perhaps by another backstop serve",
            hint="end that one, name another port, or let the system choose one with --port 0",
        )
    if error.errno == errno.EACCES:
        return Refused(
            f"port {port} may not be opened by you", hint="name one above 1023, or leave --port away"
        )
    return InvalidInput(
        f"--host {host}: this machine cannot listen there ({error.strerror or error})",
        hint="name one address of this machine, or leave --host away",
    )
