"""Scripts as they are sent: without comments, and otherwise as they are written."""

import re
import shutil
import subprocess

import pytest

from app.web.assets import load_assets, without_comments

SCRIPTS = {name: each for name, each in load_assets().items() if name.endswith(".js")}


def test_script_when_sent_then_only_comments_are_gone():
    written = b"""// What it does.
import { t } from "./words.js"; // kept: it shares a line

/**
 * Writes.
 * @param {string} text
 */
export function write(text) {
  /** @type {string[]} */
  const found = /** @type {any} */ (text);
  return t(`// {text} /** */ https://films.example/`, found);
}
"""
    assert (
        without_comments(written)
        == b"""import { t } from "./words.js"; // kept: it shares a line

export function write(text) {
  const found = (text);
  return t(`// {text} /** */ https://films.example/`, found);
}
"""
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_when_sent_then_it_is_sound_and_no_type_is_left(name):
    node = shutil.which("node")
    assert node, "There is no node; on Debian: apt-get install nodejs."
    body = SCRIPTS[name].body
    done = subprocess.run([node, "--input-type=module", "--check"], input=body, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert not re.search(rb"@(param|type|returns|template)\b", body)
