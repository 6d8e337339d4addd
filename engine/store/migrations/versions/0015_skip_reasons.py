"""The reason for a skipped recipient is a value, and no longer an English sentence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_REASONS = {
    "no longer active": "inactive",
    "the recipient is no longer active": "inactive",
    "no phone": "no_phone",
    "the recipient has no phone": "no_phone",
    "the number opted out": "opted_out",
    "the number has opted out": "opted_out",
    "absent": "absent",
    "the recipient is absent": "absent",
    "the client's consent is not valid": "mentor_without_consent",
    "a mentor, and told as one alone": "mentor_as_staff",
    "a mentor is never told alone of what is urgent": "mentor_alone",
    "nobody has this role": "role_vacant",
    "its time ran out": "expired",
    "the carrier refused it": "refused",
    "nobody can say whether it was sent": "never_known",
}
_ROTATION, _STANDS_IN = "the rotation ", " stands in"


def upgrade() -> None:
    """Add the columns, fill them from the sentences, and take these away."""
    for column in (
        sa.Column("reason", sa.String(30), nullable=True),
        sa.Column("stand_in_id", sa.BigInteger(), nullable=True),
        sa.Column("rotation", sa.String(40), nullable=True),
    ):
        op.add_column("skipped_recipients", column)
    _fill()
    with op.batch_alter_table("skipped_recipients") as batch:
        batch.alter_column("reason", existing_type=sa.String(30), nullable=False)
        batch.drop_column("why")


def _fill() -> None:
    conn = op.get_bind()
    staff = {row.ref: row.id for row in conn.execute(sa.text("SELECT ref, id FROM staff"))}
    sentences = conn.scalars(sa.text("SELECT DISTINCT why FROM skipped_recipients")).all()
    filled = sa.text(
        "UPDATE skipped_recipients SET reason = :reason, stand_in_id = :stand_in,"
        " rotation = :rotation WHERE why = :why"
    )
    for why in sentences:
        conn.execute(filled, {"why": why, **_read(why, staff)})


def _read(why: str, staff: dict[str, int]) -> dict[str, str | int | None]:
    said, _, stand_in = why.removesuffix(_STANDS_IN).partition("; ")
    rotation = None
    if said.startswith(_ROTATION):
        rotation, _, said = said.removeprefix(_ROTATION).partition(": ")
    unknown = "rotation_not_begun" if said == "has not begun" else "not_among_staff"
    reason = _REASONS.get(said, unknown if rotation else "role_vacant")
    return {"reason": reason, "stand_in": staff.get(stand_in), "rotation": rotation}
