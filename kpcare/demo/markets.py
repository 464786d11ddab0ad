"""What the demo organisation is made of: markets, departments, products. Cities and coordinates are real."""

from decimal import Decimal

FAMILY_MEDICINE, PEDIATRICS, GASTROENTEROLOGY = "207Q00000X", "208000000X", "207RG0100X"
RADIOLOGY, OPTOMETRY = "2085R0202X", "152W00000X"
# code, name, state, time zone, share of members, (city, postal code, latitude, longitude)…
MARKETS = [
    (
        "NCA",
        "Northern California",
        "CA",
        "America/Los_Angeles",
        0.34,
        [
            ("Oakland", "94611", 37.8044, -122.2712),
            ("San Jose", "95112", 37.3382, -121.8863),
            ("Sacramento", "95814", 38.5816, -121.4944),
        ],
    ),
    (
        "SCA",
        "Southern California",
        "CA",
        "America/Los_Angeles",
        0.34,
        [
            ("Los Angeles", "90027", 34.0522, -118.2437),
            ("San Diego", "92108", 32.7157, -117.1611),
            ("Fontana", "92335", 34.0922, -117.4350),
        ],
    ),
    (
        "NW",
        "Northwest",
        "OR",
        "America/Los_Angeles",
        0.06,
        [("Portland", "97227", 45.5152, -122.6784), ("Salem", "97301", 44.9429, -123.0351)],
    ),
    (
        "WA",
        "Washington",
        "WA",
        "America/Los_Angeles",
        0.07,
        [("Seattle", "98112", 47.6062, -122.3321), ("Tacoma", "98405", 47.2529, -122.4443)],
    ),
    (
        "CO",
        "Colorado",
        "CO",
        "America/Denver",
        0.05,
        [("Denver", "80205", 39.7392, -104.9903), ("Aurora", "80011", 39.7294, -104.8319)],
    ),
    (
        "GA",
        "Georgia",
        "GA",
        "America/New_York",
        0.04,
        [("Atlanta", "30309", 33.7490, -84.3880), ("Duluth", "30096", 34.0029, -84.1446)],
    ),
    (
        "MAS",
        "Mid-Atlantic States",
        "MD",
        "America/New_York",
        0.07,
        [("Rockville", "20850", 39.0840, -77.1528), ("Largo", "20774", 38.8976, -76.8303)],
    ),
    (
        "HI",
        "Hawaii",
        "HI",
        "Pacific/Honolulu",
        0.03,
        [("Honolulu", "96814", 21.3069, -157.8583), ("Wailuku", "96793", 20.8893, -156.4729)],
    ),
]
DEPARTMENTS = [
    ("FM", "Family Medicine", FAMILY_MEDICINE, True),
    ("PED", "Pediatrics", PEDIATRICS, True),
    ("GI", "Gastroenterology", GASTROENTEROLOGY, False),
    ("IMG", "Imaging", RADIOLOGY, False),
    ("EYE", "Eye Care", OPTOMETRY, False),
    ("LAB", "Laboratory", "291U00000X", False),
    ("RX", "Pharmacy", "3336C0003X", False),
]
# What is held in a room by whoever is on duty there: department, room, and the one kind of visit that may book it where
# the department holds others as well.
ROOM_SESSIONS = [
    ("FM", "Nurse room", "NURSE"),
    ("FM", "Vaccine room", "VACCINE"),
    ("IMG", "Imaging room", ""),
    ("EYE", "Eye room", ""),
]
# How many are vaccinated in the time of one visit, by two nurses.
VACCINE_SEATS = 4
BENEFITS: dict[str, tuple[int, Decimal, bool]] = {
    "primary_care": (20, Decimal(0), False),
    "specialty_care": (35, Decimal(0), False),
    "video": (0, Decimal(0), False),
    "preventive": (0, Decimal(0), False),
    "urgent_care": (40, Decimal(0), False),
    "emergency": (150, Decimal(0), True),
    "inpatient": (0, Decimal("0.20"), True),
    "laboratory": (10, Decimal(0), True),
    "imaging": (50, Decimal(0), True),
    "drug_tier_1": (10, Decimal(0), False),
    "drug_tier_2": (35, Decimal(0), False),
    "drug_tier_3": (60, Decimal(0), True),
}
PRODUCTS = [
    ("GOLD-HMO", "Gold HMO", "commercial_group", "hmo", "gold", "month", 250, 3500),
    ("HDHP", "Saver HMO with HSA", "commercial_group", "hdhp", "", "month", 1700, 5000),
    ("SILVER", "Silver HMO", "individual", "hmo", "silver", "month", 2500, 8000),
    ("SENIOR", "Senior Advantage", "medicare", "hmo", "", "month", 0, 3400),
    ("MEDICAID", "Community Care", "medicaid", "hmo", "", "month", 0, 0),
]
