"""X12 and ISO codes as facts, with what they are to us."""

# X12 data element 875 (maintenance type), as 005010X220A1 uses it.
MAINTENANCE = frozenset({"001", "002", "021", "024", "025", "026", "030"})
# HD01 alone: the employee has no part in this coverage, which is there for dependants.
NOT_APPLICABLE = "032"
ADD, CHANGE, CANCEL, TERMINATE, REINSTATE, CORRECT, AUDIT = "021", "001", "002", "024", "025", "026", "030"

SEXES = {"F": "female", "M": "male", "U": "unknown", "X": "other"}

# PER communication qualifiers (365): CP is a mobile phone, which takes text messages.
TELECOMS = {"HP": "phone", "TE": "phone", "WP": "phone", "CP": "sms", "EM": "email"}

# X12 1109 → CDC Race and Ethnicity codes (urn:oid:2.16.840.1.113883.6.238). N and O say that one is not Hispanic.
RACES = {
    "A": ["2028-9"],
    "B": ["2054-5"],
    "C": ["2106-3"],
    "D": ["2028-9"],
    "E": ["2131-1"],
    "F": ["2028-9"],
    "G": ["1002-5"],
    "H": ["2135-2"],
    "I": ["1002-5"],
    "J": ["2076-8"],
    "N": ["2054-5", "2186-5"],
    "O": ["2106-3", "2186-5"],
    "P": ["2076-8"],
}

# ISO 639-2 (bibliographic and terminological) → BCP 47; a two-letter code stands for itself.
LANGUAGES = {
    "ENG": "en", "SPA": "es", "CHI": "zh", "ZHO": "zh", "VIE": "vi", "TGL": "tl", "KOR": "ko", "RUS": "ru",
    "ARM": "hy", "HYE": "hy", "PER": "fa", "FAS": "fa", "ARA": "ar", "JPN": "ja", "HIN": "hi", "PAN": "pa",
    "FRE": "fr", "FRA": "fr", "GER": "de", "DEU": "de", "POR": "pt", "ITA": "it", "POL": "pl", "HMN": "hmn",
    "KHM": "km", "LAO": "lo", "THA": "th", "UKR": "uk", "SOM": "so", "AMH": "am", "HAT": "ht", "SMO": "sm",
    "GUJ": "gu", "URD": "ur", "BEN": "bn", "TEL": "te", "TAM": "ta", "NAV": "nv", "HAW": "haw", "SGN": "sgn",
    "EN": "en", "ES": "es", "ZH": "zh", "VI": "vi", "TL": "tl", "KO": "ko", "RU": "ru", "HY": "hy", "FA": "fa",
    "AR": "ar", "JA": "ja", "HI": "hi", "PA": "pa", "FR": "fr", "DE": "de", "PT": "pt", "IT": "it", "PL": "pl",
}  # fmt: skip

# X12 1205 (coverage level) needs no map: tiers are kept as sent.
# X12 1205 insurance lines (HD03) → our benefit; what is no health benefit (life, disability) is set aside.
BENEFITS = {
    **dict.fromkeys(
        ("HLT", "HMO", "PPO", "EPO", "POS", "MM", "MOD", "EXM", "AG", "AH", "AJ", "AK", "FAC", "PRA"), "medical"
    ),
    **dict.fromkeys(("DEN", "DCP"), "dental"),
    "VIS": "vision",
    "PDG": "pharmacy",
}
