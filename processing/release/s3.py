"""The store in an S3 bucket, or in any server that speaks S3."""

import base64
import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from processing.errors import (
    ReleaseFormatError,
    StorageExistsError,
    StorageNotFoundError,
    StorageUnavailableError,
)
from processing.release.storage import (
    Storage,
    changed_error,
    check_length,
    check_name,
    check_prefix,
    check_range,
    exists_error,
    not_found_error,
)

logger = logging.getLogger(__name__)

_CONFIG = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "max_attempts": 3},
    max_pool_connections=32,
    request_checksum_calculation="when_required",
)
_HURRIED = _CONFIG.merge(
    Config(connect_timeout=2, read_timeout=3.5, retries={"mode": "standard", "max_attempts": 1})
)
_PAGE_SIZE = 1000
_UNKNOWN_CONDITION = ("NotImplemented", "501")
_CONFLICT_WAITS_S = (0.1, 0.3, 1.0)

_ADVICE = {
    "NoSuchBucket": "Create the bucket, or correct ICP_BUCKET and ICP_BUCKET_REGION.",
    "InvalidAccessKeyId": "Correct AWS_ACCESS_KEY and AWS_SECRET_KEY.",
    "SignatureDoesNotMatch": "Correct AWS_ACCESS_KEY and AWS_SECRET_KEY.",
    "AccessDenied": "Allow these keys to list the bucket and to get, put and delete its objects.",
    "403": "Correct AWS_ACCESS_KEY and AWS_SECRET_KEY, or allow these keys to use the bucket.",
    "AuthorizationHeaderMalformed": "Set ICP_BUCKET_REGION to the bucket's region.",
    "PermanentRedirect": "Set ICP_BUCKET_REGION to the bucket's region.",
    "301": "Set ICP_BUCKET_REGION to the bucket's region.",
    "NoCredentialsError": "Set AWS_ACCESS_KEY and AWS_SECRET_KEY.",
    "ParamValidationError": "Correct ICP_BUCKET.",
    "ValueError": "Correct AWS_ENDPOINT_URL_S3 and ICP_BUCKET_REGION.",
}
_OTHER_ADVICE = "Check the network, ICP_BUCKET_REGION and AWS_ENDPOINT_URL_S3, then try again."


class S3Storage(Storage):
    """A store under a prefix of an S3 bucket.

    Without keys or a region, boto3 looks for them itself. All threads share one client, which is
    made when it is first used. A forked process needs a store of its own, since connections cannot
    be shared.
    """

    def __init__(
        self,
        *,
        bucket: str,
        prefix: str,
        region: str = "",
        access_key: str = "",
        secret_key: str = "",
        hurried: bool = False,
    ) -> None:
        prefix = prefix.strip("/")
        self._bucket = bucket
        self._prefix = check_prefix(f"{prefix}/" if prefix else "")
        self._region = region or None
        self._keys = (access_key or None, secret_key or None)
        self._config = _HURRIED if hurried else _CONFIG
        self._is_conditional = True
        self._lock = Lock()
        self._client: Any = None

    def create(self, name: str, data: bytes) -> None:
        with self._errors("write", name):
            if self._is_conditional:
                try:
                    return self._put_if_free(name, data)
                except ClientError as error:
                    if _code(error) not in _UNKNOWN_CONDITION:
                        raise
                self._do_without_conditions()
            if self.stamp(name) is not None:
                raise exists_error(name, self)
            self._put(name, data)

    def replace_if(self, name: str, data: bytes, stamp: str | None) -> None:
        if not self._is_conditional:
            return self.replace(name, data)
        condition = {"IfNoneMatch": "*"} if stamp is None else {"IfMatch": stamp}
        try:
            with self._errors("write", name):
                return self._put(name, data, **condition)
        except (StorageExistsError, StorageNotFoundError) as error:
            raise changed_error(name, self) from error
        except StorageUnavailableError as error:
            code = _code(error.__cause__) if isinstance(error.__cause__, ClientError) else ""
            if code == "ConditionalRequestConflict":
                raise changed_error(name, self) from error
            if code not in _UNKNOWN_CONDITION:
                raise
        self._do_without_conditions()
        return self.replace(name, data)

    def _do_without_conditions(self) -> None:
        self._is_conditional = False
        logger.warning(
            "%s knows no conditional writes (If-None-Match, If-Match): a name is looked up before "
            "it is written. Let nobody else publish there at the same time.",
            self.describe(),
        )

    def _put_if_free(self, name: str, data: bytes) -> None:
        for wait_s in _CONFLICT_WAITS_S:
            try:
                return self._put(name, data, IfNoneMatch="*")
            except ClientError as error:
                # Another writer was busy with this name; S3 wants the request sent again.
                if _code(error) != "ConditionalRequestConflict":
                    raise
                time.sleep(wait_s)
        return self._put(name, data, IfNoneMatch="*")

    def replace(self, name: str, data: bytes) -> None:
        with self._errors("write", name):
            self._put(name, data)

    def read(self, name: str) -> bytes:
        with self._errors("read", name):
            return self._get(name)

    def read_range(self, name: str, start: int, length: int) -> bytes:
        check_range(name, start, length)
        with self._errors("read", name):
            data = self._get(name, Range=f"bytes={start}-{start + length - 1}")
        return check_length(data, length, name, start)

    def stamp(self, name: str) -> str | None:
        try:
            stamp = self._head(name).get("ETag")
        except StorageNotFoundError:
            return None
        if not stamp:
            raise self._no_s3("read", name)
        return str(stamp)

    def names(self, prefix: str = "") -> list[str]:
        return sorted(self.written(prefix))

    def written(self, prefix: str = "") -> dict[str, datetime]:
        start = self._prefix + check_prefix(prefix)
        with self._errors("list", prefix):
            pages = (
                self._s3()
                .get_paginator("list_objects_v2")
                .paginate(
                    Bucket=self._bucket, Prefix=start, PaginationConfig={"PageSize": _PAGE_SIZE}
                )
            )
            answers = list(pages)
        items = [item for answer in answers for item in answer.get("Contents", ())]
        if any("IsTruncated" not in answer for answer in answers) or any(
            not {"Key", "LastModified"} <= set(item) for item in items
        ):
            raise self._no_s3("list", prefix)
        # Consoles make empty objects that end in '/' to show folders.
        return {
            item["Key"].removeprefix(self._prefix): item["LastModified"]
            for item in items
            if not item["Key"].endswith("/")
        }

    def tidy(self, before: datetime) -> None:
        """Nothing: what S3 has not received whole is not there."""

    def delete(self, name: str) -> None:
        with self._errors("delete", name):
            self._s3().delete_object(Bucket=self._bucket, Key=self._key(name))

    def describe(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def _key(self, name: str) -> str:
        return self._prefix + check_name(name)

    def _s3(self) -> Any:
        """Return the client, which is made when it is first used."""
        with self._lock:
            if self._client is None:
                self._client = self._new_client()
            return self._client

    def _new_client(self) -> Any:
        access_key, secret_key = self._keys
        try:
            return boto3.session.Session().client(
                "s3",
                region_name=self._region,
                aws_access_key_id=access_key,
                aws_secret_access_key=secret_key,
                config=self._config,
            )
        except ValueError as error:  # an endpoint that is no URL, or a region that is no name
            raise self._unavailable("open", "", error) from error

    def _put(self, name: str, data: bytes, **conditions: str) -> None:
        md5 = hashlib.md5(data, usedforsecurity=False).digest()
        self._s3().put_object(
            Bucket=self._bucket,
            Key=self._key(name),
            Body=data,
            ContentMD5=base64.b64encode(md5).decode(),  # which every store checks, unlike CRC32
            **conditions,
        )

    def _get(self, name: str, **options: str) -> bytes:
        try:
            return self._get_once(name, **options)
        except BotoCoreError:  # lost or damaged on its way: boto3 tries requests again, not bodies
            return self._get_once(name, **options)

    def _get_once(self, name: str, **options: str) -> bytes:
        answer = self._s3().get_object(Bucket=self._bucket, Key=self._key(name), **options)
        # `with body` would hand out urllib3's own stream, which neither checks sums nor knows
        # boto3's errors.
        with closing(answer["Body"]) as body:
            return bytes(body.read())

    def _head(self, name: str) -> dict[str, Any]:
        key = self._key(name)
        with self._errors("read", name):
            try:
                answer: dict[str, Any] = self._s3().head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if _code(error) == "404":
                    self._check_bucket()
                raise
            return answer

    def _check_bucket(self) -> None:
        """Distinguish a missing bucket from a missing name: a HEAD request's answer has no text."""
        try:
            self._s3().head_bucket(Bucket=self._bucket)
        except ClientError as error:
            code = "NoSuchBucket" if _code(error) == "404" else _code(error)
            raise self._unavailable("open", "", error, code) from error

    @contextmanager
    def _errors(self, action: str, name: str) -> Iterator[None]:
        """Turn boto3's errors into ours."""
        try:
            yield
        except ClientError as error:
            code = _code(error)
            if code in ("NoSuchKey", "404"):
                raise not_found_error(name, self) from error
            if code in ("PreconditionFailed", "412"):
                raise exists_error(name, self) from error
            if code in ("InvalidRange", "416"):
                raise ReleaseFormatError(
                    f"{name!r} in {self.describe()} is shorter than it should be. "
                    "The file is cut off or was changed; publish the release again."
                ) from error
            raise self._unavailable(action, name, error, code) from error
        except BotoCoreError as error:
            raise self._unavailable(action, name, error) from error

    def _no_s3(self, action: str, name: str) -> StorageUnavailableError:
        """Say that an answer lacks what every store's has."""
        return StorageUnavailableError(
            f"Cannot {action} {name!r} in {self.describe()}: what answers there does not speak S3. "
            "Check AWS_ENDPOINT_URL_S3 and the network, which may want a login."
        )

    def _unavailable(
        self, action: str, name: str, error: Exception, code: str = ""
    ) -> StorageUnavailableError:
        """Say what failed, where, and what to do, but not what boto3 says: it may show a key."""
        code = code or type(error).__name__
        what = f"{action} {name!r} in" if name else action
        answers = "the store answers " if isinstance(error, ClientError) else ""
        return StorageUnavailableError(
            f"Cannot {what} {self.describe()}: {answers}{code}. {_ADVICE.get(code, _OTHER_ADVICE)}"
        )


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
