"""`scripts/screenshots`: starts the demo, opens its pages in Chromium and keeps pictures of them in docs/images."""

import base64
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np

from scripts.palette import png
from tests.chromium import BINARY, Chromium

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs/images"
PATIENCE = 900.0
"""Seconds in which the demo has to serve its pages: the first time it makes its index."""
LARGEST = 120_000
"""Bytes of a picture."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at: how wide and high, in which colour scheme."""

    name: str
    width: int
    height: int
    dark: bool = False


LOOKS = (Look("light", 1100, 720), Look("dark", 1100, 720, dark=True), Look("phone", 390, 760))
FIRST_OF = {
    "document": "document.querySelector('.results a[href^=\"/documents/\"]')?.getAttribute('href')",
    "company": "document.querySelector('.answer a[href^=\"/companies/\"]')?.getAttribute('href')",
    "receipt": "document.querySelector('main a[href^=\"/receipts/\"]')?.getAttribute('href')",
}
"""Pages that have no address of their own: how to find one on the page before."""

DRAWN = """Promise.all([...document.images].map((image) => {
  image.loading = "eager";
  return image.decode().catch(() => null);
})).then(() => new Promise((done) => requestAnimationFrame(() => done(true))))"""
PIXELS = """async (url) => {
  const image = new Image(), canvas = document.createElement("canvas");
  image.src = url;
  await image.decode();
  [canvas.width, canvas.height] = [image.width, image.height];
  const on = canvas.getContext("2d");
  on.drawImage(image, 0, 0);
  const all = on.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let n = 0; n < all.length; n += 32768) text += String.fromCharCode(...all.subarray(n, n + 32768));
  return [image.width, image.height, btoa(text)];
}"""


def main(arguments: Sequence[str]) -> int:
    """Take all pictures; 1 where there is no Chromium or a picture is too large."""
    if BINARY is None:
        print("Chromium is not installed (Debian: apt-get install chromium)")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        _demo(Path(arguments[0] if arguments else f"{folder}/demo")) as site,
        Chromium(Path(folder) / "profile") as browser,
    ):
        sizes = {image: _taken(browser, site + path, image, look) for image, path, look in _wanted(browser, site)}
    for image, size in sizes.items():
        print(f"{image:28}{size:9,} bytes")
    return 1 if max(sizes.values()) > LARGEST else 0


def _wanted(browser: Chromium, site: str) -> Iterator[tuple[str, str, Look]]:
    browser.look(f"{site}/?kind=company")
    named = browser.value("document.querySelector('.results h2 a').textContent.trim()")
    question = f"/?q={quote(f'Who is talking to {named}?')}"
    paths = {"start": "/", "search": question, "receipts": "/receipts", "figures": "/figures", "health": "/health"}
    browser.look(site + question)
    for page in ("document", "company"):
        paths[page] = browser.value(FIRST_OF[page])
    browser.look(f"{site}/receipts?outcome=draft")
    paths["receipt"] = browser.value(FIRST_OF["receipt"])
    for page, path in paths.items():
        for look in LOOKS:
            yield f"{page}-{look.name}.png", path, look


def _taken(browser: Chromium, url: str, image: str, look: Look) -> int:
    browser.look(url, width=look.width, dark=look.dark)
    browser.value(DRAWN)
    picture = browser.picture(look.height)
    browser.look("about:blank")
    told = browser.value(f"({PIXELS})('data:image/png;base64,{base64.b64encode(picture).decode()}')")
    pixels = np.frombuffer(base64.b64decode(told[2]), dtype=np.uint8).reshape(told[1], told[0], 4)
    picture = png(pixels[:, :, :3])
    (IMAGES / image).write_bytes(picture)
    return len(picture)


@contextmanager
def _demo(folder: Path) -> Iterator[str]:
    """The address of the demo's pages, as long as it runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "service", "demo", "--folder", str(folder), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as demo:
        try:
            _wait_for(site, demo)
            yield site
        finally:
            demo.terminate()


def _wait_for(site: str, demo: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and demo.poll() is None:
        try:
            with urllib.request.urlopen(f"{site}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(1)
    raise SystemExit("The demo did not serve its pages.")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
