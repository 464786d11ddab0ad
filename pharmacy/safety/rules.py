"""The safety rules themselves: pure functions from what is known to what is said. No database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinical.ports import Alert
from pharmacy.safety import facts
from pharmacy.safety.renal import Body, estimate, is_unstable
from pharmacy.safety.substances import Substance

RANK = {"hard_stop": 0, "warning": 1, "information": 2}
WORDS = {
    facts.CRCL: "creatinine clearance (Cockcroft–Gault) %.0f mL/min",
    facts.EGFR: "eGFR (CKD-EPI 2021) %.0f mL/min/1.73 m²",
    facts.EGFR_ABSOLUTE: "eGFR (CKD-EPI 2021, for body size) %.0f mL/min",
}
SCHWARTZ = "eGFR (bedside Schwartz) %.0f mL/min/1.73 m²"


@dataclass(frozen=True)
class Allergy:
    """An allergy on the list. `text` says what happened; `is_high` where its criticality or severity is."""

    substance: Substance
    text: str = ""
    is_high: bool = False
    is_intolerance: bool = False

    @property
    def is_delayed_severe(self) -> bool:
        return any(word in self.text.lower() for word in facts.DELAYED)

    @property
    def is_severe(self) -> bool:
        said = self.text.lower()
        return self.is_high or self.is_delayed_severe or any(word in said for word in facts.IMMEDIATE)


@dataclass(frozen=True)
class Medicine:
    """A medicine that the member takes, or that is to be ordered: its ingredients and how it is given."""

    name: str
    substances: tuple[Substance, ...]
    route: str = "oral"


def _is_beta_lactam(substance: Substance) -> bool:
    return any(substance.answers_to(name) for name in facts.BETA_LACTAMS)


def shares_r1(one: str, other: str) -> bool:
    """Whether two β-lactams have the same or a similar R1 side chain."""
    return one != other and any(one in group and other in group for group in facts.R1_GROUPS)


def _beta_lactam(new: Substance, allergy: Allergy) -> Alert | None:
    """Cross-reactivity of two β-lactams, by R1 side chain and severity; a class of itself by the class."""
    old = allergy.substance
    if allergy.is_delayed_severe:
        return Alert("hard_stop", f"{new.name}: severe delayed reaction to {old.name}; avoid all β-lactams.")
    severity = "hard_stop" if allergy.is_severe else "warning"
    if shares_r1(old.name, new.name):
        return Alert(severity, f"{new.name} has the side chain of {old.name}, to which the member reacted.")
    if old.answers_to("penicillin") and new.answers_to("penicillin"):
        return Alert(severity, f"{new.name} is a penicillin; the member reacted to {old.name}.")
    # A reaction to "penicillin" may have been to an aminopenicillin, whose side chain some cephalosporins have.
    if old.name == "penicillin" and new.name in facts.R1_GROUPS[0] and allergy.is_severe:
        return Alert("warning", f"{new.name} has the side chain of amoxicillin; which penicillin was it?")
    if old.name == "cephalosporin" and new.answers_to("cephalosporin"):
        return Alert(severity, f"{new.name} is a cephalosporin; the list does not say to which one the member reacted.")
    return None


def check_allergies(new: Iterable[Substance], allergies: Sequence[Allergy]) -> list[Alert]:
    """By ingredient, then by class; intolerances warn and never stop."""
    said: list[Alert] = []
    for substance in new:
        for allergy in allergies:
            alert = _against(substance, allergy)
            if alert is not None:
                said.append(alert)
    return unique(said)


def _against(new: Substance, allergy: Allergy) -> Alert | None:
    old = allergy.substance
    if new.name == old.name:
        severity = "warning" if allergy.is_intolerance else "hard_stop"
        what = "does not tolerate" if allergy.is_intolerance else "is allergic to"
        return Alert(severity, f"The member {what} {old.name}{_because(allergy)}.")
    if allergy.is_intolerance:
        return None
    if _is_beta_lactam(new) and _is_beta_lactam(old):
        return _beta_lactam(new, allergy)
    for name in facts.CROSS_REACTIVE:
        if new.answers_to(name) and old.answers_to(name):
            severity = "hard_stop" if allergy.is_severe else "warning"
            return Alert(severity, f"{new.name} is of the same class ({name}) as {old.name}{_because(allergy)}.")
    return None


def _because(allergy: Allergy) -> str:
    return f" ({allergy.text})" if allergy.text else ""


def check_interactions(new: Medicine, current: Sequence[Medicine], pairs: Sequence[facts.Pair]) -> list[Alert]:
    """The strongest rule for each current medicine, with its source."""
    said: list[Alert] = []
    for medicine in current:
        found = [
            pair
            for pair in pairs
            for one in new.substances
            for other in medicine.substances
            if one.name != other.name
            and (
                (one.answers_to(pair.first) and other.answers_to(pair.second))
                or (one.answers_to(pair.second) and other.answers_to(pair.first))
            )
        ]
        if found:
            worst = min(found, key=lambda pair: (RANK[pair.severity], pair.first, pair.second))
            said.append(Alert(worst.severity, f"{new.name} with {medicine.name}: {worst.message} [{worst.source}]"))
    return unique(said)


def check_duplicates(new: Medicine, current: Sequence[Medicine]) -> list[Alert]:
    """The same ingredient by the same route twice."""
    names = {substance.name for substance in new.substances}
    return unique(
        Alert("warning", f"The member already takes {both} ({medicine.name}).")
        for medicine in current
        if medicine.route == new.route
        for both in sorted(names & {substance.name for substance in medicine.substances})
    )


def check_kidney(new: Iterable[Substance], body: Body) -> list[Alert]:
    """The strictest rule for each drug whose label names an estimate; why there is none where there is none."""
    said: list[Alert] = []
    for substance in new:
        rules = [rule for rule in facts.RENAL if substance.answers_to(rule.drug)]
        if not rules:
            continue
        if body.latest is None:
            said.append(Alert("information", f"{substance.name}: no creatinine in the last year."))
        elif is_unstable(body.creatinines):
            said.append(
                Alert(
                    "information", f"{substance.name}: creatinine is changing, so no estimate of kidney function holds."
                )
            )
        else:
            said += _kidney_rules(substance, rules, body)
    return unique(said)


def _kidney_rules(substance: Substance, rules: list[facts.RenalRule], body: Body) -> list[Alert]:
    known = [(rule, value) for rule in rules if (value := estimate(body, rule.estimate)) is not None]
    if not known:
        missing = "weight" if body.age is None or body.age >= 18 else "height"
        return [
            Alert("information", f"{substance.name}: no estimate of kidney function without age, sex and {missing}.")
        ]
    broken = [(rule, value) for rule, value in known if value < rule.below]
    if not broken:
        return []
    rule, value = min(broken, key=lambda each: (RANK[each[0].severity], each[0].below))
    words = SCHWARTZ if body.age is not None and body.age < 18 else WORDS[rule.estimate]
    return [Alert(rule.severity, f"{substance.name}: {words % value}. {rule.message} [{rule.source}]")]


def check_pregnancy(new: Iterable[Substance], is_pregnant: bool) -> list[Alert]:
    if not is_pregnant:
        return []
    return unique(
        Alert(rule.severity, f"{substance.name} in pregnancy: {rule.message} [{rule.source}]")
        for substance in new
        for rule in facts.PREGNANCY
        if substance.answers_to(rule.drug)
    )


def unique(alerts: Iterable[Alert]) -> list[Alert]:
    """Each said once as a sentence, the strongest first."""
    sentences = (Alert(alert.severity, alert.message[:1].upper() + alert.message[1:]) for alert in alerts)
    return sorted(dict.fromkeys(sentences), key=lambda alert: (RANK[alert.severity], alert.message))
