"""Codes that the demo world's charts use, from freely usable systems only. System key, code, display."""

from core import terminology

SYSTEMS = {
    "icd10": terminology.SYSTEMS["icd10cm"],
    **{key: terminology.SYSTEMS[key] for key in ("loinc", "rxnorm", "cvx", "hcpcs", "act")},
}
# Conditions: key → (ICD-10-CM, display).
CONDITIONS = {
    "diabetes": ("E11.9", "Type 2 diabetes mellitus without complications"),
    "diabetes_kidney": ("E11.22", "Type 2 diabetes mellitus with diabetic chronic kidney disease"),
    "hypertension": ("I10", "Essential (primary) hypertension"),
    "hyperlipidemia": ("E78.5", "Hyperlipidemia, unspecified"),
    "asthma": ("J45.909", "Unspecified asthma, uncomplicated"),
    "copd": ("J44.9", "Chronic obstructive pulmonary disease, unspecified"),
    "depression": ("F33.1", "Major depressive disorder, recurrent, moderate"),
    "heart_failure": ("I50.22", "Chronic systolic (congestive) heart failure"),
    "ckd": ("N18.31", "Chronic kidney disease, stage 3a"),
    "atrial_fibrillation": ("I48.20", "Chronic atrial fibrillation, unspecified"),
    "hypothyroidism": ("E03.9", "Hypothyroidism, unspecified"),
    "osteoarthritis": ("M17.0", "Bilateral primary osteoarthritis of knee"),
    "reflux": ("K21.9", "Gastro-esophageal reflux disease without esophagitis"),
    "obesity": ("E66.9", "Obesity, unspecified"),
}
VISIT_REASONS = [
    ("Z00.00", "Encounter for general adult medical examination without abnormal findings"),
    ("J06.9", "Acute upper respiratory infection, unspecified"),
    ("M54.50", "Low back pain, unspecified"),
    ("R05.9", "Cough, unspecified"),
    ("L30.9", "Dermatitis, unspecified"),
    ("Z00.129", "Encounter for routine child health examination without abnormal findings"),
]
OBSERVATIONS = {
    "bp": ("85354-9", "Blood pressure panel with all children optional", ""),
    "systolic": ("8480-6", "Systolic blood pressure", "mm[Hg]"),
    "diastolic": ("8462-4", "Diastolic blood pressure", "mm[Hg]"),
    "hba1c": ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%"),
    "hba1c_kit": ("96595-4", "Hemoglobin A1c/Hemoglobin.total in DBS", "%"),
    "egfr": ("98979-8", "Glomerular filtration rate (CKD-EPI 2021)", "mL/min/{1.73_m2}"),
    "ldl": ("13457-7", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation", "mg/dL"),
    "creatinine": ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL"),
    "potassium": ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L"),
    "tsh": ("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "m[IU]/L"),
    "uacr": ("9318-7", "Albumin/Creatinine [Mass Ratio] in Urine", "mg/g"),
    "weight": ("29463-7", "Body weight", "kg"),
    "height": ("8302-2", "Body height", "cm"),
    "fit": ("29771-3", "Hemoglobin.gastrointestinal.lower [Presence] in Stool by Immunoassay", ""),
    "mammogram": ("24606-6", "MG Breast Screening", ""),
    "pap": ("10524-7", "Microscopic observation [Identifier] in Cervix by Cyto stain", ""),
    "hpv": ("21440-3", "Human papilloma virus high-risk DNA in Cervix by Probe", ""),
}
PROCEDURES = {
    "wellness": ("hcpcs", "G0439", "Annual wellness visit, subsequent"),
    "clinic": ("hcpcs", "G0463", "Hospital outpatient clinic visit"),
    "colonoscopy": ("hcpcs", "G0121", "Colorectal cancer screening; colonoscopy, not high risk"),
    "emergency": ("hcpcs", "G0382", "Level 3 hospital emergency department visit, type B"),
}
VACCINES = [
    ("158", "Influenza, injectable, quadrivalent"),
    ("309", "COVID-19, mRNA, 2024–25"),
    ("115", "Tdap"),
    ("216", "PCV20"),
]
# key → (RxNorm clinical drug, name, ingredient RxNorm, ingredient, classes, units a day, unit cost, tier)
DRUGS = {
    "metformin": (
        "861007",
        "metformin hydrochloride 500 MG Oral Tablet",
        "6809",
        "metformin",
        ["biguanide"],
        2,
        "0.0300",
        1,
    ),
    "lisinopril": ("314076", "lisinopril 10 MG Oral Tablet", "29046", "lisinopril", ["ace inhibitor"], 1, "0.0250", 1),
    "amlodipine": (
        "197361",
        "amlodipine 5 MG Oral Tablet",
        "17767",
        "amlodipine",
        ["calcium channel blocker"],
        1,
        "0.0200",
        1,
    ),
    "hydrochlorothiazide": (
        "310798",
        "hydrochlorothiazide 25 MG Oral Tablet",
        "5487",
        "hydrochlorothiazide",
        ["thiazide"],
        1,
        "0.0200",
        1,
    ),
    "atorvastatin": ("617310", "atorvastatin 20 MG Oral Tablet", "83367", "atorvastatin", ["statin"], 1, "0.0500", 1),
    "sertraline": ("312941", "sertraline 50 MG Oral Tablet", "36437", "sertraline", ["ssri"], 1, "0.0450", 1),
    "levothyroxine": (
        "966224",
        "levothyroxine sodium 0.05 MG Oral Tablet",
        "10582",
        "levothyroxine",
        [],
        1,
        "0.0900",
        1,
    ),
    "omeprazole": (
        "198051",
        "omeprazole 20 MG Delayed Release Oral Capsule",
        "7646",
        "omeprazole",
        ["proton pump inhibitor"],
        1,
        "0.0400",
        1,
    ),
    "warfarin": ("855332", "warfarin sodium 5 MG Oral Tablet", "11289", "warfarin", ["anticoagulant"], 1, "0.0800", 1),
    "amoxicillin": (
        "308182",
        "amoxicillin 500 MG Oral Capsule",
        "723",
        "amoxicillin",
        ["penicillin", "aminopenicillin"],
        3,
        "0.0700",
        1,
    ),
    "albuterol": (
        "745679",
        "albuterol 0.09 MG/ACTUAT Metered Dose Inhaler",
        "435",
        "albuterol",
        ["beta agonist"],
        1,
        "18.0000",
        2,
    ),
    "ibuprofen": ("197806", "ibuprofen 600 MG Oral Tablet", "5640", "ibuprofen", ["nsaid"], 3, "0.0400", 1),
}
ALLERGENS = [
    ("7984", "penicillin V", ["penicillin"]),
    ("10831", "sulfamethoxazole / trimethoprim", ["sulfonamide"]),
    ("2670", "codeine", ["opioid"]),
]
