"""What Superset has, in the shape of `files.written_out`: every object is named by its UUID. Only reads."""

from __future__ import annotations

import json
from typing import Any

Body = dict[str, Any]


def page(uuid: str) -> Body | None:
    """A dashboard; None if there is none."""
    from superset.models.dashboard import Dashboard

    from superset import db

    found = db.session.query(Dashboard).filter_by(uuid=uuid).one_or_none()
    if found is None:
        return None
    metadata = json.loads(found.json_metadata or "{}")
    uuids = {chart.id: str(chart.uuid) for chart in found.slices}
    for given in metadata.get("native_filter_configuration") or []:
        for target in given.get("targets", []):
            if (number := target.pop("datasetId", None)) is not None:
                target["datasetUuid"] = _dataset(number)
        scope = given.setdefault("scope", {})
        scope["excluded"] = [uuids[number] for number in scope.get("excluded") or [] if number in uuids]
    return {
        **{"dashboard_title": found.dashboard_title, "slug": found.slug, "description": found.description},
        **{"published": found.published, "certified_by": found.certified_by},
        **{"certification_details": found.certification_details, "css": found.css},
        **{"theme": found.theme.theme_name if found.theme else None},
        **{"metadata": metadata, "position": json.loads(found.position_json or "{}")},
    }


def chart(uuid: str) -> Body | None:
    """A chart; None if there is none."""
    found = _slice(uuid)
    if found is None:
        return None
    return {
        **{"uuid": str(found.uuid), "slice_name": found.slice_name, "description": found.description},
        **{"viz_type": found.viz_type, "cache_timeout": found.cache_timeout, "certified_by": found.certified_by},
        "certification_details": found.certification_details,
        "dataset_uuid": str(found.table.uuid) if found.table else "",
        "params": json.loads(found.params or "{}"),
    }


def foreign_pages(uuid: str) -> list[str]:
    """The dashboards that are not ours on which a chart stands."""
    found = _slice(uuid)
    return [page.dashboard_title for page in found.dashboards if not page.is_managed_externally] if found else []


def _slice(uuid: str) -> Any:
    from superset.models.slice import Slice

    from superset import db

    return db.session.query(Slice).filter_by(uuid=uuid).one_or_none()


def _dataset(number: int) -> str:
    from superset.connectors.sqla.models import SqlaTable

    from superset import db

    found = db.session.get(SqlaTable, number)
    return str(found.uuid) if found else ""
