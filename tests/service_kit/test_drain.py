# SPDX-License-Identifier: Apache-2.0
"""A request is read before it is answered, whether its body was wanted or not."""

from io import BytesIO
from typing import Any

import falcon
from falcon import Request, Response, testing

from service_kit.http import error_handlers
from service_kit.http.drain import DrainBody
from service_kit.http.problem import Unauthenticated


class Refusing:
    """Answers without a look at the body."""

    def on_post(self, req: Request, resp: Response) -> None:
        raise Unauthenticated


def unread(body: bytes) -> bytes:
    """Post a body to a resource that refuses it; return what is left of it on the connection."""
    app: falcon.App[Any, Any] = falcon.App(middleware=[DrainBody()])
    error_handlers.install(app)
    app.add_route("/", Refusing())
    connection = BytesIO(body + b"GET / HTTP/1.1")
    environ = testing.create_environ(method="POST") | {
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": connection,
    }
    answer = testing.StartResponseMock()
    app(environ, answer)
    assert "401 Unauthorized" == answer.status
    return connection.read()


def test_a_refused_body_is_read_to_its_end() -> None:
    """The next request begins where it ends."""
    assert b"GET / HTTP/1.1" == unread(b"{}" * 1000)


def test_an_endless_body_is_not() -> None:
    """A refusal does not read gigabytes first."""
    assert 1024 * 1024 < len(unread(b"x" * 2 * 1024 * 1024))
