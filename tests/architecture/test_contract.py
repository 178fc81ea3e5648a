"""What the rooms have agreed on beyond imports: messages are registered, only the gate approves, assertions stay on."""

import ast
import inspect
from importlib import import_module

from seawall.api.message import Message
from seawall.runtime.codec import MESSAGES
from tests.architecture.sources import ROOT, calls, parsed, product_files

GATE = "engine/core/gate.py"


def messages_defined() -> dict[type[Message], None]:
    """Every message class that a module of `api` defines; the fault vocabulary is the coordinator's own."""
    names = [name.removesuffix(".py") for name in product_files() if name.startswith("api/") and name != "api/control.py"]
    modules = [import_module("seawall." + name.replace("/", ".").removesuffix(".__init__")) for name in names]
    classes = [cls for module in modules for _, cls in inspect.getmembers(module, inspect.isclass) if cls.__module__ == module.__name__]
    return {cls: None for cls in classes if issubclass(cls, Message) and cls is not Message}


def test_every_message_is_registered_once() -> None:
    """What is not in the registry could be sent and never decoded; two under one tag could not be told apart."""
    assert [message.__name__ for message in messages_defined() if message not in MESSAGES] == []
    tags = [message.__struct_config__.tag for message in MESSAGES]
    assert [tag for tag in tags if tags.count(tag) > 1] == []


def test_every_message_is_a_frozen_tagged_array() -> None:
    """None has overridden what `Message` sets for all: shared between machines, a mutable one would let them see each other's changes."""
    configs = {message.__name__: message.__struct_config__ for message in messages_defined()}
    assert [name for name, config in configs.items() if not (config.frozen and config.array_like and config.tag)] == []


def test_only_the_gate_approves_orders() -> None:
    """No code path sends an order around the checks, because nothing else can make what the sender takes."""
    files = product_files()
    makers = {name: list(calls(parsed(path), "ApprovedOrder")) for name, path in files.items()}
    assert [name for name, lines in makers.items() if lines] == [GATE]
    assert any(isinstance(node, ast.ClassDef) and node.name == "ApprovedOrder" for node in ast.walk(parsed(files[GATE])))


def test_nothing_starts_python_without_assertions() -> None:
    """Assertions guard machines in production: the tests run with them, and no file of ours starts Python with -O."""
    assert __debug__
    starters = [ROOT / "Makefile", ROOT / ".ci" / "run", *sorted((ROOT / "scripts").glob("*.py"))]
    offending = [path.name for path in starters if " -O" in (text := path.read_text()) or '"-O"' in text or "PYTHONOPTIMIZE" in text]
    assert offending == []
