"""`latentgraph schema`: what the editor of a JSON file checks with."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from server.source import stock
from tests.server.conftest import ADDING, Command


@pytest.fixture
def validator(latentgraph: Command) -> Any:
    schema = json.loads(latentgraph("schema").out)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def test_it_takes_the_stock_graphs_and_the_users_own_nodes(validator: Any) -> None:
    for file in stock().values():
        validator.validate(json.loads(file.read_bytes()))
    validator.validate(ADDING)


def test_it_refuses_a_value_out_of_range(validator: Any) -> None:
    doc = json.loads(json.dumps(ADDING))
    doc["nodes"]["start"]["params"]["value"] = 101
    assert not validator.is_valid(doc)
