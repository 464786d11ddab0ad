"""Writes of the pharmacy. Each action is one transaction with its audit row; see the module of each subject."""

from pharmacy.actions.dispensing import (
    Refused,
    cancel_fill,
    collect,
    fill,
    request_refill,
    return_to_stock,
)
from pharmacy.actions.prescribing import prescribe
from pharmacy.actions.stock import adjust_stock, recall_lot, receive_stock

__all__ = [
    "Refused",
    "adjust_stock",
    "cancel_fill",
    "collect",
    "fill",
    "prescribe",
    "recall_lot",
    "receive_stock",
    "request_refill",
    "return_to_stock",
]
