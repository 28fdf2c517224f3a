"""What a directory and we say to each other, as SCIM writes it (RFC 7643): of a person only what is used."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    Context,
    ETag,
    Filter,
    Mutability,
    Patch,
    PatchOp,
    Reference,
    Required,
    Resource,
    ResourceType,
    Schema,
    ScimPolicy,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

from portal_app.services.scim import rules

MOST_SHOWN = 200
POLICY = ScimPolicy(
    # Okta and Entra send much that is of no use here: it is left out, not kept.
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


class Name(ComplexAttribute):
    """A person's name in parts."""

    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None


class Email(ComplexAttribute):
    """An e-mail address of a person."""

    value: Annotated[str | None, Required.true] = None
    type: str | None = Field(None, examples=["work", "home", "other"])
    primary: bool | None = None


class GroupMembership(ComplexAttribute):
    """A group that a person is in."""

    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display: Annotated[str | None, Mutability.read_only] = None


class User(Resource[Any]):
    """Somebody whom a directory manages."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: str | None = None
    active: Annotated[bool | None, Required.true] = None
    emails: Annotated[list[Email] | None, Required.true] = None
    groups: Annotated[list[GroupMembership] | None, Mutability.read_only] = None


class GroupMember(ComplexAttribute):
    """Somebody in a group."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true, Required.true] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[Any]):
    """A group of a directory."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[GroupMember] | None = None


R = TypeVar("R", User, Group)


def read(model: type[R], said: Mapping[str, Any], when: Context) -> R:
    """What a directory says of a person or group, checked. Raises a SCIM or pydantic error."""
    whole = rules.completed(said) if model is User else dict(said)
    return model.model_validate(whole, scim_ctx=when, scim_policy=POLICY)


def patched(before: R, said: Mapping[str, Any]) -> R:
    """A person or group after the steps of a PATCH, itself unchanged. Raises a SCIM or pydantic error."""
    steps: Any = PatchOp[type(before)]  # pyright: ignore[reportInvalidTypeArguments] -- known only here
    wanted = before.model_copy(deep=True)
    checked = steps.model_validate(dict(said), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=POLICY)
    checked.patch(wanted, scim_policy=POLICY)
    return wanted


@lru_cache(maxsize=1)
def config() -> ServiceProviderConfig:
    """What this end of SCIM can do."""
    return ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST_SHOWN),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=True),
        authentication_schemes=[
            AuthenticationScheme(
                name="Bearer token",
                description="The token that the portal showed once, sent in the Authorization header.",
                type=AuthenticationScheme.Type.oauthbearertoken,
                spec_uri="https://www.rfc-editor.org/rfc/rfc6750",  # pyright: ignore[reportArgumentType]
                primary=True,
            )
        ],
    )


@lru_cache(maxsize=1)
def resource_types() -> dict[str, ResourceType]:
    """What can be asked for, by name."""
    return {model.__name__: ResourceType.from_resource(model) for model in (User, Group)}


@lru_cache(maxsize=1)
def schemas() -> dict[str, Schema]:
    """What stands in each thing, by the name of its schema."""
    models = (User, Group, ResourceType, ServiceProviderConfig, Schema)
    return {str(model.__schema__): model.to_schema() for model in models}
