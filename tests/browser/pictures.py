"""The pictures of the guide: what the browser test saw of each dashboard, in fewer colours.

`python -m browser.pictures`, after `test_every_tile_is_filled_and_russian_at_three_widths`."""

from __future__ import annotations

from PIL import Image

from ground import ROOT

SEEN = ROOT / "var" / "screenshots"
PICTURES = ROOT / "docs" / "guide" / "pictures"
SLUGS = sorted(path.stem for path in ROOT.glob("superset/assets/*/dashboards/*.yaml"))


def main() -> None:
    """var/screenshots → docs/guide/pictures, one a dashboard: as an office screen shows it, `telefon` as a phone."""
    PICTURES.mkdir(exist_ok=True)
    for slug in SLUGS:
        width = 390 if slug == "telefon" else 1366
        with Image.open(SEEN / f"{slug}-{width}.png") as picture:
            few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        path = PICTURES / f"{slug}.png"
        few.save(path, optimize=True)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} КБ")


if __name__ == "__main__":
    main()
