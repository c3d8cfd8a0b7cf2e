"""A Vega-Lite specification (JSON) on the standard input, SVG on the standard output. Run by charts.py."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from limits import restrict  # noqa: E402

SECONDS = 30

MEMORY = 3 * 1024**3


def main() -> None:
    restrict(seconds=SECONDS, memory=MEMORY)
    import vl_convert

    job = json.load(sys.stdin)
    svg = vl_convert.vegalite_to_svg(
        job["spec"], config=job["config"], format_locale=job["format"], allowed_base_urls=[]
    )
    sys.stdout.write(svg)


if __name__ == "__main__":
    main()
