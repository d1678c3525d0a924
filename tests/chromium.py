"""A real browser for tests: Chromium without a window, spoken to over two pipes (Chrome DevTools Protocol)."""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

BINARY = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = """--headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-extensions
--disable-component-update --disable-sync --no-proxy-server --hide-scrollbars --remote-debugging-pipe"""
PATIENCE = 30.0


class Chromium:
    """One browser with one tab. `complaints` is what its console said since the last page was opened."""

    def __init__(self, profile: Path) -> None:
        self.complaints: list[str] = []
        self._number = 0
        self._unread = b""
        self._session = ""
        self._loaded = False
        commands, self._say = os.pipe()
        self._hear, answers = os.pipe()
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        told = [str(BINARY), *FLAGS.split(), *sandbox, f"--user-data-dir={profile}", "about:blank"]
        # Chromium listens on descriptor 3 and answers on 4, whatever the numbers are on our side.
        script = f'exec "$0" "$@" 3<&{commands} 4>&{answers} 2>/dev/null'
        self._process = subprocess.Popen(["bash", "-c", script, *told], pass_fds=(commands, answers))
        os.close(commands)
        os.close(answers)

    def __enter__(self) -> Self:
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._ask(f"{domain}.enable")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._session = ""
        self._ask("Browser.close")
        self._process.wait(PATIENCE)
        os.close(self._say)
        os.close(self._hear)

    def look(self, url: str, width: int = 1280, dark: bool = False, scripts: bool = True) -> None:
        """Open a page as wide as this, in this colour scheme, with or without JavaScript."""
        self.complaints.clear()
        self.show(width, dark)
        self._ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        self._loaded = False
        if "loaderId" in self._ask("Page.navigate", url=url):  # else only the part behind # changed
            self.arrive()

    def show(self, width: int, dark: bool) -> None:
        """Make the page as wide as this, in this colour scheme."""
        wishes = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
        self._ask("Emulation.setEmulatedMedia", features=[{"name": n, "value": v} for n, v in wishes.items()])
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)

    def value(self, script: str) -> Any:
        """What a JavaScript expression is worth on the page."""
        found = self._ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """Press one key."""
        self._loaded = False
        text = {"text": key} if len(key) == 1 else {"text": "\r", "windowsVirtualKeyCode": 13} if key == "Enter" else {}
        codes = {"windowsVirtualKeyCode": 9} if key == "Tab" else {}
        self._ask("Input.dispatchKeyEvent", type="keyDown", key=key, **text, **codes)
        self._ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def picture(self, height: int) -> bytes:
        """The upper part of the page, so many pixels of it, as a PNG."""
        size = self.value("[innerWidth, Math.min(document.documentElement.scrollHeight, 20000)]")
        clip = {"x": 0, "y": 0, "width": size[0], "height": min(height, size[1]), "scale": 1}
        shot = self._ask("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def write(self, text: str) -> None:
        """Write into what has the focus."""
        self._ask("Input.insertText", text=text)

    def tab_to(self, selector: str, most: int = 80) -> None:
        """Press Tab until what fits has the focus, as somebody without a mouse does; fails where it never does."""
        for _ in range(most):
            self.press("Tab")
            if self.value(f"document.activeElement.matches({json.dumps(selector)})"):
                return
        raise AssertionError(f"Tab does not lead to {selector}")

    def click(self, selector: str) -> None:
        """Click the first element that fits."""
        self._loaded = False
        where = f"document.querySelector({json.dumps(selector)})"
        self.value(f"{where}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        box = self.value(
            f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({where}.getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def arrive(self) -> str:
        """Wait for the page that something led to, and return its address."""
        deadline = time.monotonic() + PATIENCE
        while not self._loaded:
            self._next(deadline)
        return str(self.value("location.href"))

    def _ask(self, method: str, **given: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        told = {"id": number, "method": method, "params": given}
        told |= {"sessionId": self._session} if self._session else {}
        os.write(self._say, json.dumps(told).encode() + b"\0")
        answer = self._answer(number)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def _answer(self, number: int) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while True:
            heard = self._next(deadline)
            if heard.get("id") == number:
                return heard

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._hear], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, "Chromium does not answer."
            self._unread += os.read(self._hear, 1 << 16)
        line, _, self._unread = self._unread.partition(b"\0")
        told: dict[str, Any] = json.loads(line)
        self._loaded |= told.get("method") == "Page.loadEventFired"
        if told.get("method") == "Log.entryAdded":
            self.complaints.append(told["params"]["entry"]["text"])
        return told
