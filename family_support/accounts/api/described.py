"""Tokens in the OpenAPI schema: how they are asked for, and what each endpoint needs."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

SCOPES = {
    "intakes": "Contact center 111: send calls, read their status",
    "signals": "State systems: send signals",
}


class BearerTokenScheme(OpenApiAuthenticationExtension):
    """What the schema says of `BearerToken`; found by its name when this module is imported."""

    target_class = "family_support.accounts.api.callers.BearerToken"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "oauth2",
            "description": "A token lives for ten minutes. Ask for a new one when it is over.",
            "flows": {"clientCredentials": {"tokenUrl": "/api/v1/token", "scopes": SCOPES}},
        }

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        return {self.name: [auto_schema.view.scope]}


_ERROR = {
    "type": "object",
    "required": ["error", "code", "detail", "fields"],
    "properties": {
        "error": {"type": "string", "description": "The word of RFC 6749"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


TOKEN_PATH: dict[str, Any] = {
    "post": {
        "operationId": "getToken",
        "summary": "Get an access token",
        "description": "Client credentials of RFC 6749, 4.4: id and secret in the Basic header or in the form.",
        "tags": ["token"],
        "security": [],
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "required": ["grant_type"],
                        "properties": {
                            "grant_type": {"type": "string", "enum": ["client_credentials"]},
                            "scope": {"type": "string"},
                            "client_id": {"type": "string"},
                            "client_secret": {"type": "string", "format": "password"},
                        },
                    }
                }
            },
        },
        "responses": {
            "200": _answer(
                "A token",
                {
                    "type": "object",
                    "required": ["access_token", "token_type", "expires_in", "scope"],
                    "properties": {
                        "access_token": {"type": "string"},
                        "token_type": {"type": "string", "enum": ["Bearer"]},
                        "expires_in": {"type": "integer", "description": "Seconds"},
                        "scope": {"type": "string"},
                    },
                },
            ),
            **{str(status): _answer("Refused", _ERROR) for status in (400, 401, 405, 413, 415, 429)},
        },
    }
}
