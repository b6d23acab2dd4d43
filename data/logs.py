"""How a process logs: lines for people, JSON lines or syslog for machines, and no secrets.

Modules log through `logging`, as ever; what concerns security goes through `security`, whose names
and fields are fixed: docs/logs.md.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping, MutableMapping
from logging.handlers import SysLogHandler
from pathlib import Path
from typing import Any, Literal, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter

from data.masking import masked_value

FORMATS = ("text", "json")
SYSLOG_PORT = 514

#: Everything that happens to accounts, rights and what is refused. docs/logs.md explains each.
SecurityEvent = Literal[
    "sign_in",
    "sign_in_failed",
    "sign_out",
    "locked_out",
    "denied",
    "csrf_refused",
    "token_used",
    "token_refused",
    "token_made",
    "token_revoked",
    "account_changed",
    "setting_changed",
    "job_refused",
]
#: Events that happen every day; the others deserve a look.
USUAL = frozenset(("sign_in", "sign_out", "token_used"))

_SECURITY = "meltwatch.security"
_Fields = MutableMapping[str, Any]


def security(
    event: SecurityEvent, *, actor: str = "", address: str = "", path: str = "", **more: object
) -> None:
    """Log a security event: who (`actor`), from which `address`, asking for what `path`."""
    level = logging.INFO if event in USUAL else logging.WARNING
    fields = {"actor": actor, "address": address, "path": path, **more}
    structlog.stdlib.get_logger(_SECURITY).log(level, event, **fields)


def configure(process: str, log_format: str = "text", log_syslog: str = "") -> None:
    """Log as this process, once. Ingest tells what it does; others speak when something is wrong.

    Takes over what uvicorn and RQ log, and tracebacks that nobody catches.
    """
    talks = process == "ingest"
    root = logging.getLogger()
    root.handlers = [_stream(process, log_format, sys.stderr if talks else sys.stdout)]
    root.setLevel(logging.INFO if talks else logging.WARNING)
    logging.getLogger(_SECURITY).setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    _configure_structlog()
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(
        told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
    )
    if log_syslog:
        _also_to_syslog(root, process, log_syslog)


def syslog_address(where: str) -> str | tuple[str, int]:
    """A socket's path, or host and port of UDP. Raises ValueError."""
    if where.startswith("/"):
        return where
    host, _, port = where.rpartition(":") if ":" in where else (where, "", str(SYSLOG_PORT))
    if not host or not 0 < int(port) < 65_536:
        raise ValueError(f"no host and port: {where}")
    return host.strip("[]"), int(port)


class _Syslog(SysLogHandler):
    """A syslog that is away costs its own lines only: the other lines are still written."""

    append_nul = False

    def handleError(self, record: logging.LogRecord) -> None:
        """Silence: logging would print a traceback for each line."""


def _stream(process: str, log_format: str, stream: TextIO) -> logging.Handler:
    handler = logging.StreamHandler(stream)
    as_json = log_format == "json"
    render = structlog.processors.JSONRenderer() if as_json else _Text(named=process == "ingest")
    handler.setFormatter(_formatter(process, render))
    return handler


def _also_to_syslog(root: logging.Logger, process: str, where: str) -> None:
    try:
        address = syslog_address(where)
        handler = _Syslog(address, SysLogHandler.LOG_LOCAL0)
        if isinstance(address, str):
            Path(address).stat()  # the handler itself would be silent
    except OSError as error:
        root.warning("no syslog at %s: %s", where, error)
        return
    handler.ident = f"meltwatch-{process}: "
    handler.setFormatter(_formatter(process, structlog.processors.JSONRenderer()))
    root.addHandler(handler)


def _shared() -> list[structlog.types.Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
    ]


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _formatter(process: str, render: structlog.types.Processor) -> logging.Formatter:
    return ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _naming(process),
            render,
        ],
    )


def _naming(process: str) -> structlog.types.Processor:
    """Masks secrets and says which process this is; `ts`, `level` and `event` come first."""

    def processor(_logger: object, _method: str, fields: _Fields) -> Mapping[str, Any]:
        first = {name: fields.pop(name) for name in ("ts", "level", "event")}
        whole = {**first, "process": process, **fields}
        return {name: masked_value(name, value) for name, value in whole.items()}

    return processor


class _Text:
    """One line for people: the message, and the fields of a security event behind it."""

    def __init__(self, named: bool) -> None:
        self._named = named

    def __call__(self, _logger: object, _method: str, fields: _Fields) -> str:
        known = ("ts", "level", "event", "process", "logger", "exception")
        more = "".join(f" {k}={v}" for k, v in fields.items() if k not in known and v != "")
        mark = "security: " if fields["logger"] == _SECURITY else ""
        if self._named:
            mark = f"{str(fields['level']).upper()} {fields['logger']}: "
        trace = f"\n{fields['exception']}" if fields.get("exception") else ""
        return f"{mark}{fields['event']}{more}{trace}"


def _uncaught(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """In place of Python's own: a traceback can hold a URL with a password."""
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    logging.getLogger("meltwatch").critical("ended by an error", exc_info=(kind, error, trace))
