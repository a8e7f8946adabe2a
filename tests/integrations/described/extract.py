"""Makes the extracts beside it from the vendors' own descriptions: what the body of each call may hold, and no more.

    python tests/integrations/described/extract.py FOLDER

Names, types and limits are kept, words for people are not, and a name that is not described is not allowed. The folder
holds the descriptions as their vendors publish them; they are large, not all of them may be copied, and nobody needs
them to run the tests. Of Handwrytten there is none among them: what its calls take stands in its reference, a page for
people, and was written down by hand in the same shape.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
_WORDS = frozenset({"title", "description", "default", "example", "examples"})
_CHOICES = ("oneOf", "anyOf")
_PUT_TOGETHER = frozenset({"allOf", "$ref", "nullable", "properties", "required", *_CHOICES})
# Of Tremendous there are the models of its own SDK, by name; which call takes which stands in its reference.
_TREMENDOUS = {
    "POST /orders": "SingleRewardOrder",
    "POST /webhooks": "CreateWebhookRequest",
    "POST /webhooks/{id}/simulate": "SimulateWebhookRequest",
}
# What we have no use for would be most of the extract.
_NEVER_SENT = frozenset({"cards", "custom_envelope", "merge_variables", "qr_code", "return_envelope"})
_GOODY = ("/v1/order_batches", "/v1/order_batches/price", "/v1/webhooks")
_LOB = ("/letters", "/postcards", "/us_verifications")

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


def goody(folder: Path) -> dict[str, Schema]:
    """Return what each of its calls takes."""
    said = json.loads((folder / "goody-commerce-openapi.json").read_text())
    posts = {path: said["paths"][path]["post"]["requestBody"]["content"]["application/json"] for path in _GOODY}
    return {f"POST {path.removeprefix('/v1')}": merged(post["schema"], said) for path, post in posts.items()}


def lob(folder: Path) -> dict[str, Schema]:
    """Return what each of its calls takes."""
    said = yaml.safe_load((folder / "lob-openapi.yaml").read_text())
    posts = {path: said["paths"][path]["post"]["requestBody"]["content"]["application/json"] for path in _LOB}
    return {f"POST {path}": merged(post["schema"], said) for path, post in posts.items()}


def merged(schema: Schema, said: Schema) -> Schema:
    """Return a schema of an OpenAPI file as one that says the same by itself: what it is made of put together."""
    parts = _parts(schema, said)
    properties = {
        name: each for part in parts for name, each in part.get("properties", {}).items() if name not in _NEVER_SENT
    }
    whole = {
        name: merged(each, said) if isinstance(each, dict) else each
        for part in parts
        for name, each in part.items()
        if name not in _WORDS | _PUT_TOGETHER
    }
    choices = [
        {name: [_choice(one, said) for one in part[name]]} for part in parts for name in _CHOICES if name in part
    ]
    if properties:
        whole |= {
            "type": "object",
            "properties": {name: merged(each, said) for name, each in properties.items()},
            "required": sorted({name for part in parts for name in part.get("required", [])}),
            "additionalProperties": False,
        }
    if choices:
        whole |= choices[0] if len(choices) == 1 else {"allOf": choices}
    nullable = any(part.get("nullable") for part in parts)
    return {"anyOf": [whole, {"type": "null"}]} if nullable else whole


def _choice(one: Schema, said: Schema) -> Schema:
    # What only says which of the names must be there closes nothing.
    parts = _parts(one, said)
    if all(set(part) <= {"required", "properties"} for part in parts) and any("required" in part for part in parts):
        return {"required": [name for part in parts for name in part.get("required", [])]}
    return merged(one, said)


def _parts(schema: Schema, said: Schema) -> list[Schema]:
    """Return what a schema is made of, by reference or all of several."""
    while "$ref" in schema:
        found: Any = said
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return [schema, *(part for each in schema.get("allOf", []) for part in _parts(each, said))]


def main() -> int:
    """Write the extracts."""
    folder = Path(sys.argv[1])
    for name, described in {"goody": goody(folder), "tremendous": tremendous(folder), "lob": lob(folder)}.items():
        text = json.dumps(described, indent=1, sort_keys=True)
        (HERE / f"{name}.json").write_text(f"{text}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
