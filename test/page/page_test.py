#!/usr/bin/python3
"""Looks at the page of a node in a real Chromium, while nodes are killed, frozen and started again.

usage: page_test.py PROGRAM [--picture FILE]
  --picture   only takes a picture of the page
Exits with 77 if there is no Chromium, or nobody to drive it.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

SKIPPED = 77
PATIENCE_S = 30
SEEN_WITHIN_S = 2
GAMES = 12

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.keys import Keys
except ImportError:
    print("skipped: there is no python3-selenium")
    sys.exit(SKIPPED)


def until(what, condition, patience_s=PATIENCE_S):
    """Asks again and again; answers how long it took."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < patience_s, f"not so after {patience_s} s: {what}"
        time.sleep(0.02)
    return time.monotonic() - begin


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Cluster:
    """Three nodes, each a process."""

    names = ("a", "b", "c")

    def __init__(self, program, directory, ports):
        self.program, self.directory, self.processes = program, directory, {}
        self.port = dict(zip(self.names, ports))
        self.admin = dict(zip(self.names, ports[3:]))
        self.file = os.path.join(directory, "cluster.toml")
        with open(self.file, "w", encoding="utf-8") as file:
            file.write('[cluster]\nname = "knossos"\n')
            for name in self.names:
                file.write(f'[[node]]\nname = "{name}"\nport = {self.port[name]}\n')
                file.write(f'admin = "127.0.0.1:{self.admin[name]}"\n')
        for name in self.names:
            self.start(name)
        for name in self.names:
            until(f"{name} is ready", lambda: self.is_ready(name))

    def start(self, name):
        with open(os.path.join(self.directory, name + ".log"), "ab") as log:
            self.processes[name] = subprocess.Popen(
                [self.program, "node", "--cluster", self.file, "--name", name], stdout=log, stderr=log)

    def is_ready(self, name):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin[name]}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def signal(self, name, which):
        self.processes[name].send_signal(which)
        if which == signal.SIGKILL:
            self.processes[name].wait()

    def start_games(self, count):
        for game in range(count):
            command = [self.program, "session", "start", f"minotaur/{game}", "--node", f"127.0.0.1:{self.port['a']}"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        for process in self.processes.values():
            process.kill()
            process.wait()


class Page:
    """The page of node a."""

    def __init__(self, cluster):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--window-size=1100,980"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.origin = f"http://127.0.0.1:{cluster.admin['a']}"
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        self.driver.get(self.origin + "/")
        self.axe = None

    def load_axe(self):
        """axe-core, which looks for what keeps people from using a page, is part of Chromium's own developer tools."""
        if not self.axe:
            tools = "http://" + self.driver.capabilities["goog:chromeOptions"]["debuggerAddress"] + "/devtools/"
            with urllib.request.urlopen(tools + "third_party/lighthouse/lighthouse-dt-bundle.js") as answer:
                literal = re.search(r"`/\*! axe v(?:[^`\\]|\\.)*`", answer.read().decode("utf-8"), re.DOTALL)
            assert literal, "the developer tools of this Chromium have no axe-core"
            here = self.driver.current_window_handle
            # The page itself permits nobody to make a program of a text.
            self.driver.switch_to.new_window("tab")
            self.axe = self.driver.execute_script("return (0, eval)(arguments[0])", literal.group())
            self.driver.close()
            self.driver.switch_to.window(here)
        self.driver.execute_script(self.axe + "; window.axe = axe;")

    def js(self, script):
        return self.driver.execute_script("return " + script)

    def rows_of(self, table):
        return self.js(f"[...document.querySelectorAll('#{table} tr')].map(r => [...r.children].map(c => c.textContent))")

    def state_of(self, node):
        rows = self.rows_of("nodes")
        return next((row[1] for row in rows if row[0].split(" ")[0] == node), "")

    def sessions(self):
        return self.rows_of("sessions")

    def is_cut(self):
        return not self.js("document.getElementById('cut').hidden")


def shows_nodes_and_sessions(cluster, page):
    for node in cluster.names:
        until(f"{node} is up", lambda: "up" in page.state_of(node))
    until("the games are shown", lambda: len(page.sessions()) == GAMES)


def works_without_a_mouse(cluster, page):
    page.driver.execute_script("document.body.focus()")
    reached = []
    for _ in range(12):
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        focused = page.js("(e => [e.id || e.getAttribute('href') || e.getAttribute('aria-labelledby') || e.tagName,"
                          " getComputedStyle(e).outlineStyle])(document.activeElement)")
        if focused[0] == "BODY" or focused[0] in reached:
            break
        assert focused[1] != "none", f"nobody sees that {focused[0]} has the focus"
        reached.append(focused[0])
        if focused[0] == "prefix":
            page.driver.switch_to.active_element.send_keys("minotaur/1")
            until("the list is of the prefix", lambda: sorted(s[0] for s in page.sessions())
                  == ["minotaur/1", "minotaur/10", "minotaur/11"])
            page.driver.switch_to.active_element.send_keys(Keys.BACKSPACE * 10)
    for wanted in ("nodes-title", "prefix", "sessions-title", "/metrics", "/readyz", "/api/v1/status"):
        assert wanted in reached, f"{wanted} is not reached by the Tab key: {reached}"


CONTRASTS = """(() => {
  const channels = (text) => text.match(/[0-9.]+/g).slice(0, 3).map((c) => c / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = (text) => { const [r, g, b] = channels(text); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const back = light(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll('h1, h2, small, th, td, dt, dd, .badge, a, label, time, footer')]
      .filter((e) => e.textContent).map((e) => {
        const text = light(getComputedStyle(e).color);
        return [(Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05), e.outerHTML.slice(0, 60)];
      });
})()"""


def is_legible_by_day_and_by_night(cluster, page):
    backgrounds = set()
    for scheme in ("light", "dark"):
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                    {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        backgrounds.add(page.js("getComputedStyle(document.body).backgroundColor"))
        for contrast, what in page.js(CONTRASTS):
            assert contrast >= 4.5, f"{scheme}: a contrast of {contrast:.1f} only: {what}"
    assert len(backgrounds) == 2, "the dark page is as light as the other one"


def needs_no_more_than_400_pixels(cluster, page):
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": True})
    width = page.js("document.documentElement.scrollWidth")
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 400, f"it is {width} pixels wide"


def breaks_no_rule_of_axe(cluster, page):
    page.load_axe()
    passed = 0
    for scheme in ("light", "dark"):
        for width in (400, 1100):
            page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                        {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
            page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False})
            found = page.driver.execute_async_script(
                "const done = arguments[arguments.length - 1];"
                "axe.run().then((r) => done({violations: r.violations.map((v) => [v.id, v.help,"
                " v.nodes.map((n) => n.html.slice(0, 80))]), passed: r.passes.length}));")
            assert not found["violations"], f"{scheme}, {width} pixels: {found['violations']}"
            passed = max(passed, found["passed"])
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert passed > 10, f"axe has looked at {passed} rules only"
    return f"{passed} rules"


def sees_a_node_die_and_its_games_move(cluster, page):
    cluster.signal("c", signal.SIGKILL)
    took_s = until("c is down", lambda: "down" in page.state_of("c"))
    assert took_s <= SEEN_WITHIN_S, f"it took {took_s:.1f} s until that was seen"
    until("its games run elsewhere", lambda: {s[1] for s in page.sessions() if s[2] == "running"} <= {"a", "b"})
    assert "node c is down" in page.js("document.getElementById('events').textContent")
    cluster.start("c")
    until("c is back", lambda: "up" in page.state_of("c"))
    return f"after {1000 * took_s:.0f} ms"


def says_that_what_it_shows_is_old_and_comes_back(cluster, page):
    cluster.signal("a", signal.SIGSTOP)
    until("a frozen node is noticed", page.is_cut)
    cluster.signal("a", signal.SIGCONT)
    until("it is noticed that it goes on", lambda: not page.is_cut())
    cluster.signal("a", signal.SIGKILL)
    until("a dead node is noticed", page.is_cut)
    cluster.start("a")
    until("it is noticed that it is back", lambda: not page.is_cut())
    until("all are up again", lambda: all("up" in page.state_of(n) for n in cluster.names))


def asks_nobody_else_and_has_no_errors(cluster, page):
    messages = [entry["message"] for entry in page.driver.get_log("performance")]
    asked = [message for message in messages if '"Network.requestWillBeSent"' in message]
    assert any("/api/v1/events" in message for message in asked)
    for message in asked:
        url = message.split('"request":', 1)[1].split('"url":"', 1)[1].split('"', 1)[0]
        assert url.startswith(page.origin + "/"), f"it has asked {url}"
    for entry in page.driver.get_log("browser"):
        # A server that is gone is one.
        assert "net::ERR" in entry["message"], entry["message"]


CHECKS = (shows_nodes_and_sessions, works_without_a_mouse, is_legible_by_day_and_by_night,
          needs_no_more_than_400_pixels, breaks_no_rule_of_axe, sees_a_node_die_and_its_games_move,
          says_that_what_it_shows_is_old_and_comes_back, asks_nobody_else_and_has_no_errors)


def take_picture(cluster, page, file):
    page.driver.set_window_size(1100, 1180)
    shows_nodes_and_sessions(cluster, page)
    cluster.signal("c", signal.SIGKILL)
    until("c is down", lambda: "down" in page.state_of("c"))
    cluster.start("c")
    until("c is back", lambda: "up" in page.state_of("c"))
    until("a has caught up with it", lambda: "not caught up" not in page.js("document.body.textContent"))
    # Long enough for the round trips to be a line, and for what has moved to be like all else.
    looked_at = time.monotonic()
    until("it has been looked at for a while", lambda: time.monotonic() - looked_at > 8)
    assert page.driver.save_screenshot(file)


def run_checks(cluster, page):
    failed = 0
    for check in CHECKS:
        name = check.__name__.replace("_", " ")
        try:
            remark = check(cluster, page)
            print(f"ok      the page {name}" + (f" ({remark})" if remark else ""))
        except AssertionError as error:
            failed += 1
            print(f"FAILED  the page {name}: {error}")
    return failed


def main():
    if not shutil.which("chromedriver") or not shutil.which("chromium"):
        print("skipped: there is no chromium, or no chromium-driver")
        return SKIPPED
    program, *picture = sys.argv[1:]
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        ports = (4101, 4102, 4103, 4181, 4182, 4183) if picture else free_ports(6)
        cluster = Cluster(os.path.abspath(program), directory, ports)
        try:
            cluster.start_games(GAMES)
            page = Page(cluster)
            try:
                if picture:
                    take_picture(cluster, page, os.path.abspath(picture[1]))
                else:
                    failed = run_checks(cluster, page)
            finally:
                page.driver.quit()
        finally:
            cluster.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
