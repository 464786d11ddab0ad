"""HL7 v2 in: results, immunisations and visits that other systems tell, by the same actions as the screens."""
