"""FHIR, HL7 v2 and X12 at the edge; import runs and what was set aside."""
