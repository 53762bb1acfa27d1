"""The templates of this package, in which every value is escaped."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from pulumi_masv.formatting import visible


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("pulumi_masv.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["visible"] = visible
    return made


def template(name: str) -> Template:
    """Return a template of this folder. Raises TemplateNotFound where there is none."""
    return _environment().get_template(name)
