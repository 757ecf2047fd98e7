"""JupyterLab opens on a page that lists steps and norms, beside an open copy of the latest run."""

import json
import re
import shutil

from audit.core import norms, registry, store
from audit.run import lab
from tests.conftest import ROOT


def test_the_page_lists_every_step_and_norm_and_its_links_lead_somewhere(demo, tmp_path):
    home = tmp_path / "demo"
    home.mkdir()
    shutil.copytree(demo, home / "run")
    (home / "latest").symlink_to("run", target_is_directory=True)
    folder = lab.prepared(home)
    page = (folder / lab.START).read_text(encoding="utf-8")
    assert all(step.notebook in page and step.question in page for step in registry.steps())
    assert all(norm in page for norm in norms.register())
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert all((ROOT / link.removeprefix("../../../")).exists() if link.startswith("..") else (folder / link).exists() for link in links)
    assert not (folder / store.MANIFEST).exists()  # open: steps may save
    workspace = json.loads((folder / "workspace.json").read_text(encoding="utf-8"))
    assert workspace["metadata"]["id"] == lab.WORKSPACE
    assert lab.START in json.dumps(workspace["data"])
