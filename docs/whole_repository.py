"""Let the documentation site hold the pages beside docs/ too, and their links work there."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
OUTSIDE = ("*.md", "connectors/*/README.md", "examples/*/README.md")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#\s:]+)(#[^)\s]*)?\)")
NAMED_FENCE = re.compile(r"^```(\w+) (\S+)$", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages outside docs/, each at its place in the repository."""
    for pattern in OUTSIDE:
        for path in sorted(ROOT.glob(pattern)):
            uri = path.relative_to(ROOT).as_posix()
            files.append(File.generated(config, uri, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links at pages of the site, and give a file's name to the code that shows it."""
    here = page.file.src_uri
    in_repository = f"docs/{here}" if (Path(config.docs_dir) / here).exists() else here

    def on_site(link: re.Match[str]) -> str:
        label, address, anchor = link.groups(default="")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(in_repository), address))
        uri = target.removeprefix("docs/")
        if files.get_file_from_path(uri):
            return f"[{label}]({posixpath.relpath(uri, posixpath.dirname(here) or '.')}{anchor})"
        # The site has no source files, so their links become words. A dead link stays, and fails.
        return label if (ROOT / target).exists() else link.group()

    return LINK.sub(on_site, NAMED_FENCE.sub(r'```\1 title="\2"', markdown))
