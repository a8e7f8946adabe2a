"""`fidelity`: our documents, the twin and what was recorded, held against Shopify's real schema."""

import argparse
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from graphql import build_schema

from app.config import ROOT, settings
from integrations.fidelity import documents, part, recordings, rights, schema
from integrations.sandbox.store.engine import SCHEMA as TWIN
from integrations.sandbox.store.subset import documents as all_documents
from integrations.shopify.client import API_VERSION

_SHOPIFY = Path(__file__).parents[1] / "shopify"
_HOW = (
    "no schema to compare with: name an introspection answer of the Admin API with --schema FILE or "
    "SHOPIFY_ADMIN_SCHEMA (docs/fidelity.md says how to get one)"
)


def main(arguments: list[str]) -> int:
    """Print a line for each document and fault; return 1 when there is a fault, 2 when a file cannot be read."""
    options = _parse(arguments)
    path = options.schema or (Path(settings().shopify_admin_schema) if settings().shopify_admin_schema else None)
    if path is None:
        return _tell([f"fidelity: {_HOW}"], code=0)
    try:
        real = schema.read(path)
        recorded = [each for file in options.recorded for each in recordings.read(file)]
    except OSError as fault:
        return _tell([f"fidelity: {fault.filename} cannot be read: {fault.strerror}"], code=2)
    except ValueError as fault:
        return _tell([f"fidelity: {fault}"], code=2)
    faults = [*_documents(real), *_versions(real), *_twin(real)]
    _tell(faults)
    told, wrong = recordings.replay(real.schema, recorded)
    _tell(wrong)
    summary = f"{len(all_documents())} documents, {told} recorded requests and answers on {real.version or path.name}"
    return _tell([f"{summary}: {len(faults) + len(wrong)} faults"], code=1 if faults or wrong else 0)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app fidelity", description=__doc__)
    parser.add_argument("--schema", type=Path, metavar="FILE", help="an introspection answer, plain or gzipped")
    parser.add_argument("--recorded", type=Path, nargs="+", default=[], metavar="FILE", help="what a run recorded")
    return parser.parse_args(arguments)


def _documents(real: schema.Real) -> Iterator[str]:
    texts = all_documents()
    for name, text in texts.items():
        found = documents.faults(real.schema, text)
        _tell([f"{'FAULT' if found else 'valid':<7}{name:<28}{documents.operation(text)}"])
        yield from (f"{name}: {fault}" for fault in found)
    yield from (f"{name} is the name of more than one operation" for name in documents.repeated(texts))
    yield from (f"{name}: no code asks for it" for name in documents.unused(set(texts), _SHOPIFY))
    yield from (
        f"{name}: the code asks for it, and it is not there" for name in documents.missing(set(texts), _SHOPIFY)
    )


def _versions(real: schema.Real) -> Iterator[str]:
    if real.version and real.version != API_VERSION:
        yield f"the client asks for {API_VERSION}, the schema is {real.version}"
    for file in app_configurations():
        pinned = tomllib.loads(file.read_text(encoding="utf-8")).get("webhooks", {}).get("api_version")
        if pinned != API_VERSION:
            yield f"the client asks for {API_VERSION}, {file.relative_to(ROOT)} for webhooks of {pinned}"


def app_configurations() -> list[Path]:
    """Return every shopify.app.toml beside the code, wherever it is kept."""
    return sorted({*ROOT.glob("shopify.app*.toml"), *(ROOT / "integrations").rglob("shopify.app*.toml")})


def _twin(real: schema.Real) -> Iterator[str]:
    mine = build_schema(TWIN.read_text(encoding="utf-8"), assume_valid=True)
    found = [*part.differences(mine, real.schema), *rights.differences(mine, real)]
    compared = "and its rights " if rights.readable(real) else ""
    _tell([f"{'FAULT' if found else 'true':<7}the twin's schema {compared}({len(mine.type_map)} types)"])
    yield from (f"twin: {fault}" for fault in found)


def _tell(lines: Iterable[str], *, code: int = 0) -> int:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    return code
