"""The command line: a thin face over the façade; data on stdout, messages on stderr, never a traceback.

Exit codes: 0 fine, 1 findings, 2 usage, 3 bad data or rule, 4 limit or time-out.
"""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module

import click

from bullwhip import __version__
from bullwhip.errors import BullwhipError, Place, Problem, UsageError

__all__ = ["COMMANDS", "group", "main"]

COMMANDS: dict[str, str] = {
    "exposure": "Rank the companies that a driver reaches.",
    "explain": "Show why a quantity is what it is, or why a fact holds.",
    "value": "Show the value of a quantity.",
    "sensitivity": "Show derivative and elasticity of a quantity to drivers.",
    "diff": "Split the difference between two scenarios, periods or dates.",
    "solve": "Show what a driver must be for a quantity to have a value.",
    "simulate": "Show the distribution of quantities when inputs vary.",
    "bottleneck": "Show which capacity binds, and what relaxing it is worth.",
    "list": "List drivers, quantities, companies, tiers, reports, scenarios, queries.",
    "facts": "Show what the documents print, as printed.",
    "read": "Read a printed number, unit, period or name.",
    "audit": "Recompute printed figures and judge them.",
    "conflicts": "Show claims that disagree, and identities that do not hold.",
    "query": "Run a named SPARQL query, or a query file.",
    "search": "Find companies, tiers, quantities and others by a part of a name.",
    "build": "Write the graph of the workspace as a store on disk.",
    "load": "Load RDF files into a store, or remove a graph from it.",
    "push": "Send the workspace's graphs to a SPARQL endpoint.",
    "doctor": "Show what a store or SPARQL endpoint can do.",
    "mcp": "Serve agents: read-only tools over stdin and stdout.",
    "check": "Check a workspace, a store or a rule file and report every problem.",
    "export": "Write pictures, graphs, tables or RDF to a file.",
    "serve": "Serve a SPARQL endpoint, a JSON API and the explorer.",
    "import": "Read a changed workbook back as a scenario.",
    "init": "Write a small workspace that teaches the format.",
    "schema": "Write the JSON Schema of the YAML files, for editors.",
}
"""Every command with its line in --help, so that help imports no command."""


_NAMES = (errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL, errno.EACCES, errno.EPERM)
"""What an operating system says of a name that is no file for it, wherever that turns out."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class _LazyGroup(click.Group):
    """A group that imports a command only when it is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"bullwhip.cli.{cmd_name}_command").command
        assert isinstance(command, click.Command)  # noqa: S101  each command module defines one
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from bullwhip.errors import did_you_mean

            hint = did_you_mean(args[0], COMMANDS, "commands") or f"commands: {', '.join(COMMANDS)}"
            raise UsageError(Problem("BW001", f"no command {args[0]!r}", hint=hint))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="bullwhip %(version)s")
@click.option(
    "--workspace",
    metavar="DIR",
    help="A folder with rules/, ontology/ and queries/; the shipped one when absent (docs/workspace.md).",
)
@click.pass_context
def group(ctx: click.Context, workspace: str | None) -> None:
    """Ask a supply chain who is exposed to what, by how much, through which edges, according to whom."""
    ctx.obj = workspace
    if ctx.invoked_subcommand is None:
        _say(ctx.get_help())
        ctx.exit(2)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; no exception passes."""
    try:
        _check(arguments)
        code = group.main(args=arguments, prog_name="bullwhip", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except BullwhipError as error:
        for problem in error.problems:
            _say(problem.render())
        if len(error.problems) > 1:
            _say(f"{len(error.problems)} problems")
        return error.exit_code
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        _say(f"BW002 {error.format_message()}")
        if context is not None:
            _say(f"    = {context.get_usage()}; see {context.command_path} --help")
        return 2
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return 130
    except (BrokenPipeError, SystemExit):  # the reader has gone; Rich makes an exit of it
        return _unwritten(0)
    except (RecursionError, MemoryError) as error:
        _say(f"BW901 {type(error).__name__}: the input is nested too deeply or is too large")
        return 4
    except Exception as error:
        if os.environ.get("BULLWHIP_DEBUG"):
            raise
        if isinstance(error, OSError) and isinstance(error.filename, str) and error.errno in _NAMES:
            _say(Problem("BW101", f"cannot be used: {error.strerror}", Place(error.filename[:200])).render())
            return 2
        if isinstance(error, OSError) and error.errno in _FULL and error.filename is None:
            _say(f"BW003 standard output cannot be written: {error.strerror}")
            return _unwritten(2)
        _say(f"internal error: {type(error).__name__}: {error}")
        _say("    = this is a bug; run again with BULLWHIP_DEBUG=1 and report what it prints")
        return 70


def _check(arguments: list[str]) -> None:
    """Refuse what no operating system passes, but a program can: it would turn up deep in some call on files."""
    for text in arguments:
        if "\0" in text:
            raise UsageError(Problem("BW002", f"an argument holds a NUL character: {text[:80]!r}"))


def _unwritten(code: int) -> int:
    """Drop what is left of the output, which would fail once more as the process ends, and return the code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _say(text: str) -> None:
    sys.stderr.write(
        text.encode(sys.stderr.encoding or "utf-8", "replace").decode(sys.stderr.encoding or "utf-8") + "\n"
    )
