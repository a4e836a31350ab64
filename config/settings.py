"""The environment, read in this one place."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """An environment variable that is missing or wrong."""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One environment variable: its name, its default and what it means."""

    name: str
    default: str
    help: str


SETTINGS = (
    Variable(
        name="AWS_ACCESS_KEY",
        default="",
        help="Access key handed to boto3. Unset: boto3's own chain.",
    ),
    Variable(
        name="AWS_SECRET_KEY",
        default="",
        help="Secret key handed to boto3. Unset: boto3's own chain.",
    ),
    Variable(
        name="ICP_BUCKET",
        default="",
        help="S3 bucket of releases and figures. Unset: the same layout in local folders.",
    ),
    Variable(
        name="ICP_BUCKET_REGION",
        default="",
        help="Region of the bucket. Unset: boto3's own chain.",
    ),
    Variable(
        name="ICP_PRED_DIR",
        default="predictions",
        help="Prefix in the bucket, or local folder, of the predictions.",
    ),
    Variable(
        name="ICP_UPLOAD_DIR",
        default="figures",
        help="Prefix in the bucket, or local folder, of the report's figures.",
    ),
    Variable(
        name="SENTRY_INIT",
        default="",
        help="DSN of a Sentry project. A bad one is logged and never stops the boot.",
    ),
    Variable(
        name="ICP_SITE_URL",
        default="",
        help="Where the site is, such as https://films.example; named to those who share a page.",
    ),
    Variable(
        name="HEROKU_APP_DEFAULT_DOMAIN_NAME",
        default="",
        help="Set by Heroku's dyno metadata: where the site is, if ICP_SITE_URL does not say it.",
    ),
    Variable(
        name="DYNO",
        default="",
        help="Set by Heroku: the site is deployed and stands behind Heroku's router.",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment says, with the defaults filled in; secrets are not in its repr."""

    aws_access_key: str = field(repr=False)
    aws_secret_key: str = field(repr=False)
    bucket: str
    bucket_region: str
    pred_dir: str
    upload_dir: str
    sentry_dsn: str = field(repr=False)
    site_url: str
    deployed: bool


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the environment.

    Raises
    ------
    SettingsError
        Naming every variable that is wrong, never showing a secret.
    """
    environ = os.environ if environ is None else environ
    values = {v.name: environ.get(v.name, "").strip() or v.default for v in SETTINGS}
    problems = _problems(values)
    if problems:
        raise SettingsError(" ".join(problems))
    return Settings(
        aws_access_key=values["AWS_ACCESS_KEY"],
        aws_secret_key=values["AWS_SECRET_KEY"],
        bucket=values["ICP_BUCKET"],
        bucket_region=values["ICP_BUCKET_REGION"],
        pred_dir=values["ICP_PRED_DIR"],
        upload_dir=values["ICP_UPLOAD_DIR"],
        sentry_dsn=values["SENTRY_INIT"],
        site_url=_site_url(values),
        deployed=bool(values["DYNO"]),
    )


def _site_url(values: Mapping[str, str]) -> str:
    """Scheme and host of the site, without a slash at the end; empty where nobody says it."""
    if values["ICP_SITE_URL"]:
        return values["ICP_SITE_URL"].rstrip("/")
    domain = values["HEROKU_APP_DEFAULT_DOMAIN_NAME"]
    return f"https://{domain}" if domain else ""


def _problems(values: Mapping[str, str]) -> list[str]:
    problems = []
    keys = [name for name in ("AWS_ACCESS_KEY", "AWS_SECRET_KEY") if values[name]]
    if len(keys) == 1:
        problems.append(
            f"{keys[0]} is set without its partner. Set both AWS_ACCESS_KEY and "
            "AWS_SECRET_KEY, or neither to use boto3's own chain."
        )
    if "/" in values["ICP_BUCKET"]:
        problems.append(
            f"ICP_BUCKET is {values['ICP_BUCKET']!r}; expected a bucket's name alone. "
            "Put the prefix into ICP_PRED_DIR."
        )
    if values["ICP_SITE_URL"]:
        parts = urlsplit(values["ICP_SITE_URL"].rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.netloc or parts[2:] != ("", "", ""):
            problems.append(
                f"ICP_SITE_URL is {values['ICP_SITE_URL']!r}; expected a scheme and a host alone, "
                "such as https://films.example."
            )
    return problems
