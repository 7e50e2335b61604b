"""Common to the social networks: what an official page publishes, and how it answers."""

from __future__ import annotations

from random import Random

from demo_city.clock import DAY, START, in_office_hours
from demo_city.item import Item
from demo_city.texts import INTERIM_REPLY

_NEWS = (
    "График вывоза мусора в праздничные дни. Следите за объявлениями.",
    "Завершён ремонт дороги. Спасибо жителям за терпение!",
    "Приём граждан руководителем администрации состоится в четверг.",
    "Плановое отключение горячей воды. Адреса домов в карточках.",
    "Голосование за благоустройство продолжается до конца месяца.",
    "Коммунальные службы работают в усиленном режиме.",
)


def posts_of_page(until: int, count: int, rng: Random) -> list[tuple[int, str]]:
    """(instant, text) of the page's posts: evenly over the city's two years, in office hours, up to `until`."""
    step = (until - START) / count
    found = sorted(in_office_hours(START + int((n + rng.random()) * step)) for n in range(count))
    return [(at, _NEWS[n % len(_NEWS)]) for n, at in enumerate(found) if at <= until - DAY // 24]


def replies_of(item: Item, until: int) -> list[tuple[int, str]]:
    """(instant, text) of the page's answers by `until`: interim ones, then the final one that ends the matter. One item
    in twenty is never answered."""
    if item.index % 20 == 0:
        return []
    final = item.first("closed", until) if item.source == "incident" else item.first("final_reply", until)
    early = {e.at for e in item.events if e.code in ("first_reply", "interim_reply") and e.at < (final or until + 1)}
    return [*((at, INTERIM_REPLY) for at in sorted(early)), *([(final, item.answer)] if final else [])]
