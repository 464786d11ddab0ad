"""CMS68: visits at which the current medicines were documented. Episode-based.

Source: DocumentationofCurrentMedicationsFHIR 0.2.000 (CMS68, eCQM for 2025; steward CMS).
"""

from prevention.engine.codes import PROCEDURE
from prevention.engine.elements import reason_in
from prevention.engine.facts import SNOMED, Code, define, effective, encounters, procedures
from prevention.engine.measure import EpisodeGroup, Measure, episodes
from prevention.engine.moments import DAY, measurement_period
from prevention.measures import value_sets as vs

DOCUMENTATION_OF_CURRENT_MEDICATIONS = Code("428191000124101", SNOMED)

qualifying_encounter = define(
    encounters(vs.ENCOUNTER_TO_DOCUMENT_MEDICATIONS)
    .with_status("finished")
    .where(effective.during(measurement_period, of=DAY))
)
documented = procedures(DOCUMENTATION_OF_CURRENT_MEDICATIONS).with_status("completed")
not_documented = (
    procedures(DOCUMENTATION_OF_CURRENT_MEDICATIONS)
    .with_status("not-done")
    .where(reason_in(PROCEDURE, vs.MEDICAL_REASON))
)

MEASURE = Measure(
    id="CMS68",
    name="DocumentationofCurrentMedicationsFHIR",
    version="0.2.000",
    year=2025,
    title="Documentation of current medications in the medical record",
    steward="CMS",
    source="CMS68FHIR, eCQM for the 2025 performance period",
    groups=(
        EpisodeGroup(
            initial_population=episodes(qualifying_encounter),
            numerator=episodes(
                qualifying_encounter.with_(
                    documented, lambda visit, procedure: procedure.performed.ends_during(visit.period)
                )
            ),
            denominator_exception=episodes(
                qualifying_encounter.with_(
                    not_documented, lambda visit, procedure: procedure.authored_on.during(visit.period)
                )
            ),
        ),
    ),
)
