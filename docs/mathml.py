"""Equations as MathML, which every browser draws by itself: no script, and nothing to load."""

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml


def write_inline(writer, node: nodes.math) -> None:
    """Write an equation in a line."""
    writer.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def write_block(writer, node: nodes.math_block) -> None:
    """Write an equation in lines of its own."""
    writer.body.append(f"<div class='math'>{tex2mathml(node.astext(), as_block=True)}</div>")
    raise nodes.SkipNode


def setup(app) -> dict[str, bool]:
    """Make `mathml` known as a way to write equations."""
    app.add_html_math_renderer("mathml", (write_inline, None), (write_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
