"""Registries of chronic conditions and pregnancy: who is in, how it stands, what is next."""

from prevention.registries import (
    asthma,
    ckd,
    copd,
    depression,
    diabetes,
    heart_failure,
    hypertension,
    opioid_use,
    pregnancy,
)
from prevention.registries.definition import Registry

REGISTRIES: tuple[Registry, ...] = (
    diabetes.REGISTRY,
    hypertension.REGISTRY,
    heart_failure.REGISTRY,
    asthma.REGISTRY,
    copd.REGISTRY,
    ckd.REGISTRY,
    depression.REGISTRY,
    opioid_use.REGISTRY,
    pregnancy.REGISTRY,
)
BY_ID = {registry.id: registry for registry in REGISTRIES}
