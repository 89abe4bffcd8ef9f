"""How much and how long a server reads, writes and computes for a browser."""

from __future__ import annotations

MOST_BODY = 1 << 20
"""Bytes of the body of a request, unless its route says otherwise: 1 MiB, the largest scenario that is read."""

MOST_DOCUMENT = 50 * 1000 * 1000
"""Bytes of a document that is uploaded: 50 MB."""

MOST_UNWANTED = 4 * MOST_DOCUMENT
"""Bytes of a body that are read although it has been answered already, over all requests of a connection."""

MOST_HEADERS = 64 << 10
"""Bytes of the head of a request. Browsers send the cookies of all servers of a machine to each of them."""

MOST_PATH = 2048
"""Bytes of a path and of a query."""

MOST_SOCKETS = 64
"""Connections at a time."""

HEADER_SECONDS = 10.0
"""Until the head of a request has come, or the next request on an open connection."""

PIECE_SECONDS = 10.0
"""Until the next piece of a body has come."""

BODY_SECONDS = 30.0
"""Until a body of at most `MOST_BODY` bytes has come; longer ones get time in proportion."""

WRITE_SECONDS = 60.0
"""Until a browser takes the next piece of an answer."""

NEWS_SECONDS = 20.0
"""That a browser's question for news is kept open."""

LOOK_SECONDS = 0.5
"""Between two looks at the file of the study."""

JOBS_AT_ONCE = 2
"""Jobs that run at a time."""

JOBS_WAITING = 8
"""Jobs that wait for their turn."""

JOBS_KEPT = 24
"""Jobs that have ended and whose results are kept."""
