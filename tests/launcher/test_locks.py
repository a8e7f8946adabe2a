"""The locks and pyproject.toml tell the same story."""

import re
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from app.launcher.locks import Lock, asked, name_of, normalised, pinned
from app.launcher.places import ROOT

EVERY_LOCK = pytest.mark.parametrize("lock", list(Lock), ids=lambda lock: lock.name)


@EVERY_LOCK
def test_given_a_range_when_looked_up_in_the_lock_then_the_pin_lies_within(lock: Lock) -> None:
    pins = pinned(lock)
    for text in asked(lock.extras):
        assert Requirement(text).specifier.contains(pins[name_of(text)]), text


@EVERY_LOCK
def test_given_a_lock_when_compared_with_the_lower_ones_then_it_holds_the_same_versions(lock: Lock) -> None:
    for lower in lock.up_to():
        assert pinned(lower).items() <= pinned(lock).items()


@EVERY_LOCK
def test_given_a_lock_when_read_then_each_package_is_hashed_and_no_place_is_named(lock: Lock) -> None:
    text = lock.path.read_text()
    packages = re.findall(r"^[A-Za-z0-9].*(?:\n[ \t].*)*", text, re.MULTILINE)
    assert len(packages) == len(pinned(lock))
    assert all("--hash=sha256:" in package for package in packages)
    assert not re.search(r"://|--index-url|--find-links|^-|file:|^/", text, re.MULTILINE)


def test_given_a_runtime_dependency_when_the_domain_imports_it_then_a_contract_forbids_that() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    forbidden = next(contract["forbidden_modules"] for contract in contracts if contract["id"] == "domain")
    runtime = {name_of(text) for text in asked(())}
    importable = {
        module
        for module, owners in metadata.packages_distributions().items()
        if runtime & set(map(normalised, owners)) and module.isidentifier() and not module.startswith("_")
    }
    assert importable <= set(forbidden)
