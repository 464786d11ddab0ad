"""Which group and product an enrolment names, among those that the plan has."""

from core import audit
from core.models import User
from interop.x12.codes import BENEFITS
from interop.x12.enrolment import CoverageLine, Header, MemberLoop
from network.models import Organization
from plans.models import EmployerGroup, GroupClass, Product


class Refused(Exception):
    """The loop is set aside: `code` names the kind of fault, `reason` the mend, `position` the segment at fault."""

    def __init__(self, code: str, reason: str, position: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason, self.position = code, reason, position


class Catalogue:
    """The groups, classes and products of one health plan, read once and renewed when something was made.

    With `create_missing` a group or product that the file names and nobody knows is made, so that a file can be tried
    before the catalogue is entered; such a product states no benefits until somebody enters them.
    """

    def __init__(self, plan: Organization, *, by: User, create_missing: bool = False) -> None:
        self.plan, self.by, self.create_missing = plan, by, create_missing
        self.reload()

    def reload(self) -> None:
        self.groups = {group.number: group for group in EmployerGroup.objects.filter(organization=self.plan)}
        self.products = {product.code: product for product in Product.objects.filter(organization=self.plan)}
        self.classes: dict[object, dict[str, GroupClass]] = {}
        for held in GroupClass.objects.filter(group__organization=self.plan).select_related("product"):
            self.classes.setdefault(held.group_id, {})[held.code] = held

    def group(self, loop: MemberLoop, inherited: str = "") -> EmployerGroup:
        """REF*1L of the member, of its subscriber, or REF*38 of the file. Raises `Refused`."""
        numbers = [number for number in (loop.group_number or inherited, loop.header.group_number) if number]
        for number in numbers:
            if number in self.groups:
                return self.groups[number]
        if not numbers:
            raise Refused(
                "no_group",
                "Neither REF*1L of the member nor REF*38 of the file names a group. Ask the sender for REF*1L.",
                loop.at("INS"),
            )
        if not self.create_missing:
            raise Refused(
                "unknown_group",
                "REF*1L or REF*38 names a group that the plan does not have. Enter the group, or run with "
                "--create-missing, then replay.",
                loop.at("REF", "1L"),
            )
        return self._make_group(numbers[0], loop.header)

    def _make_group(self, number: str, header: Header) -> EmployerGroup:
        group = EmployerGroup.objects.create(
            organization=self.plan,
            number=number[:50],
            name=(header.sponsor_name or f"Group {number}")[:200],
            tax_id=header.sponsor_id[:20],
        )
        audit.record(by=self.by, action="create", verb="plans.create_group", obj=group, reason="named by an 834 file")
        self.groups[number] = group
        return group

    def product(
        self, group: EmployerGroup, line: CoverageLine, class_code: str
    ) -> tuple[Product, str, GroupClass | None]:
        """The product of an HD loop, its benefit, and the group's class. Raises `Refused`.

        Asked in turn: HD04 as product or class of the group; REF*17 as class; HD03 as class; the group's only class
        where the benefit is medical.
        """
        benefit = BENEFITS.get(line.line)
        if benefit is None:
            raise Refused(
                "insurance_line",
                "HD03 is no health benefit of this plan (medical, pharmacy, dental, vision). Send other lines of "
                "insurance to whoever insures them.",
                line.at,
            )
        classes = self.classes.get(group.pk, {})
        if line.plan:
            if held := classes.get(line.plan):
                return held.product, benefit, held
            if product := self.products.get(line.plan):
                return product, benefit, None
        else:
            for code in (line.class_code, class_code, line.line):
                if code and (held := classes.get(code)):
                    return held.product, benefit, held
            if len(classes) == 1 and benefit == "medical":
                held = next(iter(classes.values()))
                return held.product, benefit, held
        if not self.create_missing:
            raise Refused(
                "unknown_product",
                "HD04 (or REF*17, HD03) names no product of the plan and no class of the group. Enter the class with "
                "its product, or run with --create-missing, then replay.",
                line.at,
            )
        held = self._make_product(group, (line.plan or line.line)[:30])
        return held.product, benefit, held

    def _make_product(self, group: EmployerGroup, code: str) -> GroupClass:
        product = self.products.get(code)
        if product is None:
            product = Product.objects.create(
                organization=self.plan,
                code=code,
                name=f"{code} (from an enrolment file)",
                line_of_business="commercial_group",
                kind=Product.Kind.HMO,
            )
            audit.record(by=self.by, action="create", verb="plans.create_product", obj=product)
            self.products[code] = product
        held = GroupClass.objects.create(group=group, code=code, product=product)
        self.classes.setdefault(group.pk, {})[code] = held
        return held
