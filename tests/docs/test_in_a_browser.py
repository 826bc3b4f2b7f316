"""Notebook output of objects, rendered by a real browser."""

import functools
import http.server
import json
import re
import threading

import pytest

import scaleapi
from tests.fixtures.browser import corner
from tests.fixtures.drawings import opened, sanitized
from tests.notebook.test_drawing import BOX, HOSTILE, data_address, png, task

# Measures positions in the browser, after everything has been loaded.
MEASURE = """
<style>img, svg { max-width: 100%; height: auto; }  /* as JupyterLab has it */</style>
<script>
var ran = [];
window.alert = function (what) { ran.push(String(what)); };
window.onload = function () {
  function place(found) {
    var sandbox = found.getBoundingClientRect();
    return [sandbox.left, sandbox.top, sandbox.width, sandbox.height];
  }
  var picture = document.querySelector("img, image");
  var said = {
    ran: ran,
    scripts: document.querySelectorAll("script").length,
    picture: picture && place(picture),
    loaded: picture && (picture.naturalWidth || null),
    shapes: Array.from(document.querySelectorAll("path"))
      .filter(function (path) { return path.querySelector("title"); }).map(place),
    text: document.body.innerText,
    names: Array.from(document.querySelectorAll("svg text"))
      .filter(function (text) { return text.textContent !== "The picture did not load."; })
      .map(function (text) { return text.textContent; }),
    colours: Array.from(document.querySelectorAll("svg text"))
      .map(function (text) { return getComputedStyle(text).fill; }),
    wide: document.documentElement.scrollWidth,
  };
  var result = document.createElement("textarea");
  result.textContent = JSON.stringify(said);
  document.body.appendChild(result);
};
</script>
"""
CORNERS = [
    {**BOX, "label": "a", "left": 0, "top": 0, "width": 60, "height": 40},
    {**BOX, "label": "b", "left": 540, "top": 360, "width": 60, "height": 40},
]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def end_headers(self):
        self.send_header("Cache-Control", "no-store")  # the next page has the same URL
        super().end_headers()


@pytest.fixture
def served(tmp_path):
    """A folder, and the URL at which a browser finds it."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def look(browse, served):
    """Renders markup like a notebook, and returns what the browser reports."""
    folder, address = served

    def look(markup, *options):
        page = f"<!doctype html><meta charset=utf-8>{MEASURE}<body style='width:800px'>{markup}"
        (folder / "page.html").write_text(page, "utf-8")
        document = browse(f"{address}/page.html", "--dump-dom", *options)
        (said,) = re.findall(r"<textarea>(.*?)</textarea>", document, re.DOTALL)
        for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            said = said.replace(entity, character)
        return json.loads(said)

    return look


def scaled(picture, left, top, width, height, of=(600, 400)):
    """Return the scaled position of a part of the image."""
    x, y, across, down = picture
    right, below = across / of[0], down / of[1]
    return pytest.approx(
        [x + left * right, y + top * below, width * right, height * below], abs=0.05
    )


@pytest.mark.parametrize("ways", ["natural", "wide", "size", "data", "large", "copy"])
def test_drawing_shapes_align_with_the_pixels_of_the_image(look, served, ways):
    folder, address = served
    (folder / "street.png").write_bytes(png(600, 400))
    (folder / "wide.png").write_bytes(png(2400, 1600))
    remote = task(*CORNERS, attachment=f"{address}/street.png")
    drawn, of = {
        "natural": lambda: (remote.draw(), (600, 400)),
        "wide": lambda: (task(*CORNERS, attachment=f"{address}/wide.png").draw(), (2400, 1600)),
        "size": lambda: (remote.draw(size=(600, 400)), (600, 400)),
        "data": lambda: (task(*CORNERS, attachment=data_address(png(600, 400))).draw(), (600, 400)),
        "large": lambda: (task(*CORNERS).draw(image=png(2400, 1600)), (2400, 1600)),
        # The labeled image is four times as large as the displayed one.
        "copy": lambda: (remote.draw(size=(2400, 1600)), (2400, 1600)),
    }[ways]()
    seen = look(opened(drawn._repr_html_()))
    if ways in ("natural", "wide"):
        assert seen["loaded"] == of[0] and seen["picture"][2:] == [*of]
    else:
        assert seen["picture"][2] <= 800
    assert seen["wide"] <= 820, "the page itself scrolls"
    for shape, drawn in zip(seen["shapes"], CORNERS):
        place = (drawn[key] for key in ("left", "top", "width", "height"))
        assert shape == scaled(seen["picture"], *place, of=of)
    assert seen["names"] == ["a", "b"]


@pytest.mark.parametrize("by_address", [True, False])
def test_drawing_saved_file_opens_with_its_image(browse, served, tmp_path, by_address):
    folder, address = served
    (folder / "street.png").write_bytes(png(600, 400))
    image = f"{address}/street.png" if by_address else folder / "street.png"
    task(CORNERS[1]).draw(image).save(folder / "drawn.svg")
    shot = tmp_path / "shot.png"
    browse(f"{address}/drawn.svg", f"--screenshot={shot}", "--window-size=600,400")
    assert corner(shot.read_bytes()).hex() == "4080c0"


@pytest.mark.parametrize("viewer", [lambda html: html, sanitized], ids=["trusted", "untrusted"])
@pytest.mark.parametrize("by_address", [True, False])
def test_drawing_is_shown_by_viewers_that_trust_it_and_others(
    viewer, by_address, browse, served, tmp_path
):
    """An <img> loads no other image, so that without trust only an image in the drawing is seen."""
    folder, address = served
    (folder / "street.png").write_bytes(png(600, 400))
    image = f"{address}/street.png" if by_address else folder / "street.png"
    html = viewer(task(CORNERS[1]).draw(image, size=(600, 400))._repr_html_())
    (folder / "page.html").write_text(f'<body style="margin:0">{html}')
    shot = tmp_path / "shot.png"
    browse(f"{address}/page.html", f"--screenshot={shot}", "--window-size=600,400")
    is_hidden = by_address and viewer is sanitized
    assert corner(shot.read_bytes()).hex() == ("f3f3f3" if is_hidden else "4080c0")


@pytest.mark.parametrize("kind", ["drawing", "unsized", "table", "page", "svg"])
def test_drawing_untrusted_values_are_text_and_run_no_script(look, kind):
    label = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    row = {**BOX, "label": label[:25], "attributes": {HOSTILE: HOSTILE}}
    far = f'http://127.0.0.1:9/{HOSTILE[:-2]}"><script>alert(3)</script>'
    odd = task(row, {"type": label}, attachment=far, metadata={label: label}, status=label)
    markup = {
        "drawing": lambda: opened(odd.draw(size=(300, 200))._repr_html_()),
        "unsized": lambda: opened(odd.draw()._repr_html_()),
        "svg": lambda: odd.draw().svg,
        "table": odd._repr_html_,
        "page": lambda: scaleapi.Tasklist([odd], 1, 100, 0, False)._repr_html_(),
    }[kind]()
    seen = look(markup)
    assert seen["ran"] == [] and seen["scripts"] == 1  # the test's own script
    if kind in ("table", "page"):
        assert label in seen["text"]
    else:
        assert seen["names"][0] == label[:25]
        assert "<script>alert(1)" in seen["text"] + "".join(seen["names"][1:])


def test_drawing_label_has_one_colour_in_all_drawings(look):
    first, second = (
        look(opened(task(*rows).draw(image="")._repr_html_()))["colours"]
        for rows in (
            [{**BOX, "label": "car"}, {**BOX, "label": "bus"}],
            [{**BOX, "label": "bus"}, {**BOX, "label": "dog"}, {**BOX, "label": "car"}],
        )
    )
    assert first == [second[2], second[0]] and len({*second}) == 3
