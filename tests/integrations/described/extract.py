"""Makes the extracts beside it from the vendors' own descriptions: what the body of each call may hold, and no more.

    python tests/integrations/described/extract.py FOLDER

Names, types and limits are kept, words for people are not, and a name that is not described is not allowed. The folder
holds the descriptions as their vendors publish them; they are large, not all of them may be copied, and nobody needs
them to run the tests.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_WORDS = frozenset({"title", "description", "default", "example", "examples"})
# Of Tremendous there are the models of its own SDK, by name; which call takes which stands in its reference.
_TREMENDOUS = {
    "POST /orders": "SingleRewardOrder",
    "POST /webhooks": "CreateWebhookRequest",
    "POST /webhooks/{id}/simulate": "SimulateWebhookRequest",
}

Schema = dict[str, Any]


def tremendous(folder: Path) -> dict[str, Schema]:
    """Return what each of its calls takes."""
    models = json.loads((folder / "tremendous-models.schema.json").read_text())
    return {call: bare(models[name], models[name].get("$defs", {})) for call, name in _TREMENDOUS.items()}


def bare(schema: object, named: Mapping[str, Schema]) -> Any:
    """Return a schema without its words, what it refers to written out, and its objects closed."""
    if isinstance(schema, list):
        return [bare(each, named) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return bare(named[schema["$ref"].rpartition("/")[2]], named)
    kept = {name: bare(each, named) for name, each in schema.items() if name not in (*_WORDS, "properties", "$defs")}
    if "properties" not in schema:
        return kept
    properties = {name: bare(each, named) for name, each in schema["properties"].items()}
    return kept | {"properties": properties, "additionalProperties": False}


def main() -> int:
    """Write the extracts."""
    folder = Path(sys.argv[1])
    for name, described in {"tremendous": tremendous(folder)}.items():
        text = json.dumps(described, indent=1, sort_keys=True)
        (HERE / f"{name}.json").write_text(f"{text}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
