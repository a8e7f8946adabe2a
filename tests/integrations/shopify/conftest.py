"""A scripted store for one test."""

from collections.abc import Iterator

import pytest
import responses

from tests.integrations.shopify.scripted import Script


@pytest.fixture
def store() -> Iterator[Script]:
    with responses.RequestsMock(registry=responses.registries.OrderedRegistry) as mock:
        yield Script(mock)
