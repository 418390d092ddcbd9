"""What a correction may say: only fields that may be corrected, each as the schema of the earlier update has it."""

from functools import lru_cache
from typing import Annotated, Any

import orjson
from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from schemas.updates.base import Update
from schemas.updates.trust import UpdateCorrected


def held_to_schema(update: UpdateCorrected, model: type[Update] | None) -> UpdateCorrected:
    """The correction, its values written as the schema `model` writes them.

    Raises pydantic's `ValidationError`, which names field and rule, for a kind that nobody knows (no `model`), a field
    that it does not have or that may not be corrected, or a value that breaks the rule of its field.
    """
    if model is None:
        raise _invalid([_broken("unknown_kind", "of_kind")])
    broken, right = list[InitErrorDetails](), dict[str, JsonValue]()
    for name, value in update.corrected.items():
        if name not in model.model_fields:
            broken.append(InitErrorDetails(type="extra_forbidden", loc=("corrected", name), input=None))
        elif name not in model.CORRECTABLE:
            broken.append(_broken("not_correctable", "corrected", name))
        else:
            try:
                right[name] = _written(model, name, value)
            except ValidationError as invalid:
                broken += [_broken(e["type"], "corrected", name, *e["loc"]) for e in invalid.errors(include_url=False)]
    if broken:
        raise _invalid(broken)
    return update.model_copy(update={"corrected": right})


def _written(model: type[Update], name: str, value: JsonValue) -> Any:
    form = _form(model, name)
    return form.dump_python(form.validate_json(orjson.dumps(value), strict=True), mode="json")


@lru_cache(maxsize=256)
def _form(model: type[Update], name: str) -> TypeAdapter[Any]:
    field = model.model_fields[name]
    form: Any = field.annotation
    return TypeAdapter(Annotated[form, *field.metadata] if field.metadata else form)


def _broken(rule: str, *loc: str | int) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError(rule, "breaks a rule of its field"), loc=loc, input=None)


def _invalid(broken: list[InitErrorDetails]) -> ValidationError:
    return ValidationError.from_exception_data(UpdateCorrected.KIND, broken)
