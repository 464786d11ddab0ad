from django.db import models


class CodeSystem(models.Model):
    """A FHIR CodeSystem by its canonical address (like http://loinc.org)."""

    id = models.SmallAutoField(primary_key=True)
    uri = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class SourceSystem(models.Model):
    """Where a fact came from: an outside system's namespace, or one of our own rooms."""

    id = models.SmallAutoField(primary_key=True)
    uri = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=100, blank=True, default="")

    def __str__(self) -> str:
        return self.name or self.uri


class Concept(models.Model):
    """One code of one system. The integer key makes a measure a join on integers."""

    id = models.AutoField(primary_key=True)
    system = models.ForeignKey(CodeSystem, models.PROTECT, db_index=False)
    code = models.CharField(max_length=80)
    display = models.CharField(max_length=500, db_default="", default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "system"],
                name="core_concept_code",
                violation_error_message="This code system already has this code.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display or self.code} ({self.code})"


class ValueSet(models.Model):
    """A named set of concepts. `is_own` sets ship with the product; an official expansion loads over them."""

    id = models.AutoField(primary_key=True)
    url = models.CharField(max_length=255)
    version = models.CharField(max_length=60, db_default="", default="")
    name = models.CharField(max_length=255, help_text="The computable or published name; measures refer to `url`.")
    is_own = models.BooleanField(default=False)
    source = models.CharField(max_length=300, db_default="", default="")
    concepts = models.ManyToManyField(Concept, through="ValueSetMember", related_name="value_sets")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["url"], name="core_valueset_url")]

    def __str__(self) -> str:
        return self.name


class ValueSetMember(models.Model):
    id = models.BigAutoField(primary_key=True)
    value_set = models.ForeignKey(ValueSet, models.CASCADE, db_index=False, related_name="memberships")
    concept = models.ForeignKey(Concept, models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["value_set", "concept"], name="core_valuesetmember_once")]


class ConceptMapElement(models.Model):
    """source concept → target concept of another system (like SNOMED CT → ICD-10-CM), loadable like a value set."""

    id = models.BigAutoField(primary_key=True)
    map_url = models.CharField(max_length=255)
    source = models.ForeignKey(Concept, models.PROTECT, related_name="+")
    target = models.ForeignKey(Concept, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["map_url", "source", "target"], name="core_conceptmapelement_once")
        ]
