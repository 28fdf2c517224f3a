"""docs/deploy.md names every setting that the product reads, and none that it does not."""

import re
from pathlib import Path

from portal_app.settings import Settings

ROOT = Settings.root
_READ = re.compile(
    r"\b(?:PORTAL_[A-Z]+(?:_[A-Z]+)*|(?:MIGRATE_)?DATABASE_URL|REDIS_URL|SMTP_URL|CLAMD|PORT)\b"
)
_ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)
_NO_SETTINGS = {"PORTAL_BROWSER"}


def _named_in_code() -> set[str]:
    files = [ROOT / "rxconfig.py", *(ROOT / "portal_app").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]
    quoted = re.compile(r'"(' + _READ.pattern + r')"')
    return {name for file in files for name in quoted.findall(Path(file).read_text())}


def test_every_setting_stands_in_the_table_of_the_deploy_page() -> None:
    listed = _ROW.findall((ROOT / "docs" / "deploy.md").read_text())
    assert len(listed) == len(set(listed))
    assert set(listed) == _named_in_code() - _NO_SETTINGS


def test_the_deploy_page_and_the_readme_name_no_setting_that_does_not_exist() -> None:
    for name in ("docs/deploy.md", "README.md"):
        unknown = set(_READ.findall((ROOT / name).read_text())) - _named_in_code()
        assert not unknown, name
