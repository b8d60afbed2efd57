"""The guard around every Gradio handler: it asks the database who calls, hands the account in, and words refusals."""

import html
import inspect
import logging
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import gradio as gr

from moderation.access.account import Account, Role
from moderation.access.session import Sessions
from moderation.errors import Gone, NotFound

Handler = Callable[..., Any]
GUARDED_FOR = "guarded_for"
"""The attribute that a guarded handler carries: the roles it lets in."""
NOTHING_THERE = "There is nothing here under that name."
SIGNED_OUT = "You are signed out here. Open the front page and come in again."
BROKEN = "Something went wrong here; nothing was changed."
log = logging.getLogger(__name__)


class Guard:
    """Makes handlers that run for the given roles only.

    `refusals` are the exception classes whose message is a sentence for a person, `missing` those among them that
    mean "no such row, or none of yours": both cases get one and the same answer.
    """

    def __init__(
        self,
        sessions: Sessions,
        refusals: tuple[type[Exception], ...],
        missing: tuple[type[Exception], ...] = (NotFound,),
    ) -> None:
        self._sessions = sessions
        self._refusals = refusals
        self._missing = missing

    def __call__(self, *roles: Role) -> Callable[[Handler], Handler]:
        """A decorator for `handler(account, ...)`; Gradio calls the result with its request in the account's place.

        A generator is asked again before each next step, so that a signed-out tab stops. Raises TypeError for a
        handler without a first parameter or for an `async` one, which would read the database on the event loop.
        """
        if not roles:
            raise TypeError("A handler is guarded for at least one role.")

        def guarded(handler: Handler) -> Handler:
            if inspect.iscoroutinefunction(handler) or inspect.isasyncgenfunction(handler):
                raise TypeError(f"{handler} is async; a guarded handler is a plain function or generator.")
            make = self._steps if inspect.isgeneratorfunction(handler) else self._call
            return _dressed(make(handler, frozenset(roles)), handler, frozenset(roles))

        return guarded

    def _call(self, handler: Handler, roles: frozenset[Role]) -> Handler:
        def call(request: gr.Request, *values: Any) -> Any:
            with self._worded():
                return handler(self._admit(request, roles, call.__name__), *values)

        return call

    def _steps(self, handler: Handler, roles: frozenset[Role]) -> Handler:
        def steps(request: gr.Request, *values: Any) -> Iterator[Any]:
            with self._worded():
                for value in handler(self._admit(request, roles, steps.__name__), *values):
                    yield value
                    self._admit(request, roles, steps.__name__)

        return steps

    def _admit(self, request: gr.Request, roles: frozenset[Role], name: str) -> Account:
        scope = getattr(getattr(request, "request", None), "scope", {})
        account = self._sessions.account(scope.get("session", {}))
        if account is None:
            raise gr.Error(SIGNED_OUT, title="Signed out", print_exception=False)
        if account.role not in roles:
            self._sessions.note_attempt(account, f"page of {', '.join(sorted(roles))}: {name}")
            sentence = f"You are signed in as {html.escape(account.name)}, who may not do this."
            raise gr.Error(sentence, title="Not done", print_exception=False)
        return account

    @contextmanager
    def _worded(self) -> Iterator[None]:
        try:
            yield
        except gr.Error:
            raise
        except Gone as error:
            raise gr.Error(str(error), title="Gone", print_exception=False) from error
        except self._missing as error:
            raise gr.Error(NOTHING_THERE, title="Not found", print_exception=False) from error
        except self._refusals as error:
            raise gr.Error(html.escape(str(error), quote=False), title="Not done", print_exception=False) from error
        except Exception as error:
            log.exception("A handler failed.")
            raise gr.Error(BROKEN, title="Not done", print_exception=False) from error


def _dressed(wrapped: Handler, handler: Handler, roles: frozenset[Role]) -> Handler:
    """Show Gradio the handler's own signature and hints (it looks for gr.SelectData there), its first parameter replaced."""
    bare = handler.func if isinstance(handler, partial) else handler
    name = getattr(bare, "__name__", "handler")
    _account, *others = inspect.signature(handler).parameters.values()
    if "request" in {parameter.name for parameter in others}:
        raise TypeError(f"{name} has a parameter named request; the guard owns that name.")
    hints = typing.get_type_hints(bare)
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)
    wrapped.__name__ = wrapped.__qualname__ = name
    wrapped.__doc__ = bare.__doc__
    wrapped.__annotations__ = {"request": gr.Request} | {p.name: hints[p.name] for p in others if p.name in hints}
    wrapped.__signature__ = inspect.Signature([request, *others])  # type: ignore[attr-defined]
    setattr(wrapped, GUARDED_FOR, roles)
    return wrapped


def unguarded(blocks: gr.Blocks, role: Role) -> list[str]:
    """The names of the functions a client of `blocks` can run without being `role`; empty when all is well."""
    return [
        f"{number}: {getattr(function, '__name__', function)}"
        for number, block in blocks.fns.items()
        for function in (block.fn, block.validator)
        if function is not None and getattr(function, GUARDED_FOR, None) != frozenset({role})
    ]
