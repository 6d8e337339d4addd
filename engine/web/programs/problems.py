"""What goes wrong, as problem documents (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from engine.errors import StoreUnavailableError, UserError

_log = structlog.get_logger()


class Problem(BaseModel):
    """Why a request has no answer."""

    title: str
    status: int
    detail: str


class ProblemError(Exception):
    """A request has no answer, and the caller is told why."""

    def __init__(self, status: int, detail: str) -> None:
        """Take the status and a sentence for the caller."""
        super().__init__(detail)
        self.status = status


class _ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of the problems with which a route may answer."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
        }
        for status in statuses
    }


def add_problems(app: FastAPI) -> None:
    """Let an application answer with problem documents."""
    app.exception_handler(ProblemError)(_problem)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(UserError)(_mistake)
    app.exception_handler(StoreUnavailableError)(_no_database)


def answer(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a problem document."""
    if status == 401:
        headers = {**(headers or {}), "WWW-Authenticate": "Bearer"}
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return _ProblemResponse(problem.model_dump(), status_code=status, headers=headers)


def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)
    return answer(error.status, str(error))


def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return answer(error.status_code, str(error.detail), dict(error.headers or {}))


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # The place and the fault, without the value, which may be about a client.
    faults = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return answer(422, "; ".join(faults))


def _mistake(_: Request, error: Exception) -> JSONResponse:
    return answer(400, str(error))


def _no_database(_: Request, error: Exception) -> JSONResponse:
    _log.warning("api without database", why=str(error))
    return answer(503, "The database cannot be used now. Nothing was changed.")
