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
    """(instant, text) of the page's answers by `until`: interim ones, then the final. A third is never answered."""
    if item.index % 3 == 0:
        return []
    texts = {"interim_reply": INTERIM_REPLY, "final_reply": item.answer}
    return [(e.at, texts[e.code]) for e in item.events if e.code in texts and e.at <= until and texts[e.code]]
