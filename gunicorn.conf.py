"""gunicorn reads this file by itself when it starts here: what every web server of Waymark shares."""

import logging.config
from typing import Any

import gunicorn.util
from gunicorn.config import Config
from gunicorn.glogging import Logger

from clinic import logs


class Lines(Logger):
    """gunicorn's own lines go the way of all lines; `clinic/logs.py` sees who spoke."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        logging.config.dictConfig(logs.configuration())
        logs.speak_in_lines()
        self.error_log.handlers, self.error_log.propagate = [], True


def _naming_who_spoke(method: str) -> Any:
    def speak(self: Lines, msg: Any, *args: Any, **kwargs: Any) -> None:
        getattr(Logger, method)(self, msg, *args, **{"stacklevel": 3, **kwargs})

    return speak


for _method in logs.METHODS:
    setattr(Lines, _method, _naming_who_spoke(_method))


def _refuse(sock: Any, status: int, reason: str, message: str) -> None:
    """Requests that are no HTTP never reach Django; gunicorn's own answer would repeat them."""
    from clinic.middleware.headers import answer_outside_django  # noqa: PLC0415  Django is set up by now
    from clinic.middleware.request_id import request_id_of  # noqa: PLC0415

    response = answer_outside_django(request_id_of({}), status)
    response["Connection"] = "close"
    head = "".join(f"{name}: {value}\r\n" for name, value in response.items())
    gunicorn.util.write_nonblock(
        sock, f"HTTP/1.1 {status} {reason}\r\n{head}\r\n".encode() + response.content
    )


gunicorn.util.write_error = _refuse

logger_class = Lines
accesslog = None  # clinic/middleware/request_id.py writes a line without path, query and address
worker_class = "gthread"
threads = 8
control_socket_disable = True
# Who is believed is decided in one place, clinic/middleware/proxies.py.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
