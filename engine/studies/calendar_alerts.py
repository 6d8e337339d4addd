"""Alerts of a calendar, which know nothing: one every so many days."""

from __future__ import annotations

import numpy as np

from engine.studies.alert_value import AlertValue
from engine.studies.observed_time import MONTH_US
from engine.studies.variant_values import VariantValues

# The first alert comes after a part of the time between two; so many parts are averaged.
_PHASES = 16


def calendar_value(values: VariantValues, rate: float) -> AlertValue:
    """Measure a calendar's alerts.

    Args:
        values: The clients at risk.
        rate: How many alerts there are for each month of a client, more than 0.
    """
    cohort, apart = values.cohort, MONTH_US / rate
    clients = len(cohort.began)
    lasted = np.maximum(cohort.ended - cohort.began, 0)
    owner, at = [], []
    for phase in range(_PHASES):
        first = apart * (phase + 0.5) / _PHASES
        number = np.ceil(np.maximum(lasted - first, 0) / apart).astype(np.int64)
        client = np.repeat(np.arange(clients), number)
        turn = np.arange(len(client)) - np.repeat(np.cumsum(number) - number, number)
        owner.append(client + phase * clients)
        at.append(cohort.began[client] + (first + turn * apart).astype(np.int64))
    owners = np.concatenate(owner)
    counted = values.measurement.counted(
        owners, owners % max(clients, 1), np.concatenate(at), _PHASES * clients
    )
    mean = counted.reshape(_PHASES, clients, 4).mean(0)
    return values.measurement.value_of(np.column_stack((mean, np.zeros((clients, 2)))))
