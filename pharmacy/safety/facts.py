"""What the safety rules know, each with its public source. Facts only: the logic is in the modules beside.

Names are lower-case ingredient names (RxNorm) or names of classes. Labels are FDA prescribing information
(DailyMed); "§" is the label's section.

Compared on 22 November 2026 with what their makers and journals publish: nirmatrelvir–ritonavir (paxlovidhcp.com, drug
interactions, §4), apixaban (eliquis.com, dosing: no adjustment for kidney function alone; trials without people below
15 mL/min), rivaroxaban (xareltohcp.com: avoid below 15), direct anticoagulants by clearance (Cleveland Clinic Journal
of Medicine 2019, table 2), metformin (FDA safety communication, 8 April 2016), alendronate (label: not recommended
below 35), trimethoprim with methotrexate (Canadian Family Physician 2014;60:53, table 1), side chains of β-lactams
(Chaudhry, Veve, Wagner: Pharmacy 2019;7:103). Section numbers follow the labels as they stood and may move.
"""

from dataclasses import dataclass

# β-lactams with an identical or similar R1 side chain (Khan et al., Drug allergy: a 2022 practice parameter update,
# J Allergy Clin Immunol 2022;150:1333, with the groups of Chaudhry et al., Pharmacy 2019;7:103; cefazolin's side chain
# is its own).
R1_SOURCE = "Drug allergy practice parameter 2022 (AAAAI/ACAAI)"
R1_GROUPS: tuple[frozenset[str], ...] = (
    frozenset({"amoxicillin", "ampicillin", "cephalexin", "cefadroxil", "cefprozil", "cefaclor"}),
    frozenset({"ceftriaxone", "cefotaxime", "cefpodoxime", "cefepime", "cefuroxime"}),
    frozenset({"cefdinir", "cefixime"}),
    frozenset({"ceftazidime", "cefiderocol", "aztreonam"}),
    frozenset({"penicillin g", "penicillin v", "cefoxitin"}),
)
BETA_LACTAMS = ("penicillin", "cephalosporin", "carbapenem", "monobactam")
# Classes within which one reaction speaks against the rest.
CROSS_REACTIVE = (
    "penicillin",
    "nsaid",
    "sulfonamide antibiotic",
    "ace inhibitor",
    "macrolide",
    "fluoroquinolone",
    "tetracycline",
    "aromatic anticonvulsant",
    "opioid",
)
# Words that mark a severe immediate reaction, and a severe delayed one after which the whole family is avoided.
IMMEDIATE = ("anaphyla", "angioedema", "airway", "bronchospasm", "hypotension", "shock")
DELAYED = ("stevens", "toxic epidermal", "dress", "drug reaction with eosinophilia", "hemolytic", "haemolytic")


@dataclass(frozen=True)
class Pair:
    """Two ingredients or classes that must not, or should not, meet."""

    first: str
    second: str
    severity: str
    message: str
    source: str


def _pair(one: str, two: str, severity: str, message: str, source: str) -> Pair:
    first, second = sorted((one, two))
    return Pair(first, second, severity, message, source)


HARD, WARN = "hard_stop", "warning"
_PAXLOVID = "Nirmatrelvir–ritonavir label (FDA), §4 and §7.3"
_PAXLOVID_NEVER = (
    "alfuzosin",
    "ranolazine",
    "amiodarone",
    "dronedarone",
    "flecainide",
    "propafenone",
    "quinidine",
    "lurasidone",
    "pimozide",
    "eplerenone",
    "ivabradine",
    "dihydroergotamine",
    "ergotamine",
    "methylergonovine",
    "lovastatin",
    "simvastatin",
    "lomitapide",
    "eletriptan",
    "ubrogepant",
    "finerenone",
    "silodosin",
    "naloxegol",
    "voclosporin",
    "triazolam",
    "flibanserin",
    "tolvaptan",
    "apalutamide",
    "carbamazepine",
    "phenobarbital",
    "phenytoin",
    "primidone",
    "lumacaftor",
    "rifampin",
    "st. john's wort",
)
_PAXLOVID_CARE = (
    "warfarin",
    "apixaban",
    "rivaroxaban",
    "dabigatran etexilate",
    "atorvastatin",
    "rosuvastatin",
    "tacrolimus",
    "cyclosporine",
    "digoxin",
    "amlodipine",
    "clopidogrel",
    "fentanyl",
    "oxycodone",
    "quetiapine",
    "sildenafil",
    "tadalafil",
)
PAIRS: tuple[Pair, ...] = (
    _pair(
        "nitrate",
        "pde5 inhibitor",
        HARD,
        "A nitrate with a PDE-5 inhibitor can drop blood pressure dangerously.",
        "Sildenafil label (FDA), §4.1",
    ),
    _pair(
        "methotrexate",
        "trimethoprim",
        HARD,
        "Methotrexate with trimethoprim can stop the bone marrow.",
        "Methotrexate label (FDA), §7",
    ),
    _pair(
        "opioid",
        "benzodiazepine",
        WARN,
        "An opioid with a benzodiazepine can stop breathing.",
        "FDA boxed warning, 2016: opioids and benzodiazepines",
    ),
    _pair("warfarin", "nsaid", HARD, "Serious bleeding: warfarin with an NSAID.", "Warfarin label, section 7 (FDA)"),
    _pair(
        "anticoagulant",
        "nsaid",
        WARN,
        "An NSAID adds to the bleeding risk of an anticoagulant.",
        "Apixaban and rivaroxaban labels (FDA), §7",
    ),
    _pair(
        "anticoagulant",
        "azole antifungal",
        WARN,
        "An azole antifungal raises the effect of an anticoagulant.",
        "Warfarin label (FDA), §7.2; apixaban label, §7.1",
    ),
    _pair(
        "anticoagulant",
        "rifampin",
        WARN,
        "Rifampin takes away the effect of an anticoagulant.",
        "Apixaban label (FDA), §7.2; warfarin label, §7.2",
    ),
    _pair(
        "ace inhibitor",
        "potassium-sparing",
        WARN,
        "An ACE inhibitor with a potassium-sparing drug can raise potassium: check it.",
        "Lisinopril label (FDA), §7.1",
    ),
    _pair(
        "angiotensin receptor blocker",
        "potassium-sparing",
        WARN,
        "An ARB with a potassium-sparing drug can raise potassium: check it.",
        "Losartan label (FDA), §7.1",
    ),
    _pair("lithium", "thiazide", WARN, "A thiazide raises lithium: check its level.", "Lithium label (FDA), §7"),
    *(
        _pair("nirmatrelvir", name, HARD, f"Nirmatrelvir–ritonavir must not be given with {name}.", _PAXLOVID)
        for name in _PAXLOVID_NEVER
    ),
    _pair(
        "nirmatrelvir",
        "colchicine",
        WARN,
        "Colchicine is contraindicated with it in kidney or liver disease; otherwise a lower dose.",
        _PAXLOVID,
    ),
    _pair(
        "nirmatrelvir",
        "midazolam",
        WARN,
        "Midazolam by mouth is contraindicated with it; by vein with monitoring.",
        _PAXLOVID,
    ),
    *(
        _pair("nirmatrelvir", name, WARN, f"Nirmatrelvir–ritonavir raises {name}: adjust or watch.", _PAXLOVID)
        for name in _PAXLOVID_CARE
    ),
)


@dataclass(frozen=True)
class RenalRule:
    """Below `below` of the named estimate (mL/min; `egfr` per 1.73 m²) the drug is stopped or warned about."""

    drug: str
    estimate: str
    below: int
    severity: str
    message: str
    source: str


CRCL, EGFR, EGFR_ABSOLUTE = "crcl", "egfr", "egfr_absolute"
RENAL: tuple[RenalRule, ...] = (
    RenalRule("metformin", EGFR, 30, HARD, "Metformin is contraindicated.", "Metformin label (FDA), §4"),
    RenalRule("metformin", EGFR, 45, WARN, "Starting metformin is not recommended.", "Metformin label (FDA), §2.2"),
    RenalRule("dabigatran etexilate", CRCL, 15, HARD, "No dose is known.", "Dabigatran label (FDA), §2.2"),
    RenalRule("dabigatran etexilate", CRCL, 30, WARN, "Reduce the dose.", "Dabigatran label (FDA), §2.2"),
    RenalRule("rivaroxaban", CRCL, 15, HARD, "Avoid rivaroxaban.", "Rivaroxaban label (FDA), §8.6"),
    RenalRule(
        "rivaroxaban", CRCL, 50, WARN, "Reduce the dose in atrial fibrillation.", "Rivaroxaban label (FDA), §2.1"
    ),
    RenalRule("edoxaban", CRCL, 15, HARD, "Edoxaban is not recommended.", "Edoxaban label (FDA), §8.6"),
    RenalRule("edoxaban", CRCL, 50, WARN, "Reduce the dose.", "Edoxaban label (FDA), §2.2"),
    RenalRule("enoxaparin", CRCL, 30, WARN, "Reduce the dose.", "Enoxaparin label (FDA), §2.3"),
    RenalRule("apixaban", CRCL, 15, WARN, "Not studied at this kidney function.", "Apixaban label (FDA), §8.6"),
    RenalRule("nsaid", EGFR_ABSOLUTE, 30, WARN, "Avoid NSAIDs in advanced kidney disease.", "NSAID labels (FDA), §5.6"),
    RenalRule("lithium", EGFR_ABSOLUTE, 30, WARN, "Avoid lithium.", "Lithium label (FDA), §8.6"),
    RenalRule("alendronate", EGFR_ABSOLUTE, 35, WARN, "Not recommended.", "Alendronate label (FDA), §8.6"),
    RenalRule("zoledronic acid", EGFR_ABSOLUTE, 35, HARD, "Contraindicated.", "Zoledronic acid label (FDA), §4"),
    RenalRule("nitrofurantoin", EGFR_ABSOLUTE, 60, WARN, "Contraindicated by label.", "Nitrofurantoin label (FDA)"),
    RenalRule("potassium-sparing", EGFR, 30, WARN, "Potassium may rise.", "Spironolactone label (FDA), §5.1"),
    RenalRule("gabapentin", EGFR_ABSOLUTE, 60, WARN, "Reduce the dose.", "Gabapentin label (FDA), §2.4"),
    RenalRule("sitagliptin", EGFR, 45, WARN, "Reduce the dose.", "Sitagliptin label (FDA), §2.2"),
)


@dataclass(frozen=True)
class PregnancyRule:
    drug: str
    severity: str
    message: str
    source: str


PREGNANCY: tuple[PregnancyRule, ...] = (
    PregnancyRule("isotretinoin", HARD, "Severe birth defects.", "Isotretinoin label (FDA), boxed warning"),
    PregnancyRule("methotrexate", HARD, "Loss of the pregnancy and birth defects.", "Methotrexate label (FDA), §4"),
    PregnancyRule("thalidomide", HARD, "Severe birth defects.", "Thalidomide label (FDA), boxed warning"),
    PregnancyRule("misoprostol", HARD, "Loss of the pregnancy.", "Misoprostol label (FDA), boxed warning"),
    PregnancyRule("ribavirin", HARD, "Birth defects.", "Ribavirin label (FDA), boxed warning"),
    PregnancyRule("warfarin", HARD, "Contraindicated but for mechanical valves.", "Warfarin label (FDA), §4"),
    PregnancyRule("ace inhibitor", HARD, "Harm to the fetus.", "Lisinopril label (FDA), boxed warning"),
    PregnancyRule("angiotensin receptor blocker", HARD, "Harm to the fetus.", "Losartan label (FDA), boxed warning"),
    PregnancyRule("valproate", HARD, "Birth defects, lower IQ.", "Valproate label (FDA), boxed warning"),
    PregnancyRule("nsaid", WARN, "Avoid from 20 weeks on.", "FDA drug safety communication, 15 Oct 2020"),
    PregnancyRule("statin", WARN, "Most people stop a statin in pregnancy.", "FDA communication, 20 Jul 2021"),
    PregnancyRule("tetracycline", WARN, "Harm to teeth and bone.", "Doxycycline label (FDA), §5"),
    PregnancyRule("fluconazole", WARN, "Miscarriage after higher doses.", "Fluconazole label (FDA), §8.1"),
)
