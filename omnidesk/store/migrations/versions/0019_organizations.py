"""Organizations, more about contacts, and values of their own fields by which cases are found."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_BELONGS = sa.text("organization_id IS NOT NULL")


def upgrade() -> None:
    _organizations()
    _values()
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("region", sa.String(), nullable=False, server_default=""))
        contacts.add_column(sa.Column("preferred_channel", sa.String(), nullable=True))
        contacts.add_column(sa.Column("notes", sa.String(), nullable=False, server_default=""))
        contacts.add_column(_id("organization_id", nullable=True))
        contacts.create_foreign_key("fk_contacts_organization_id", "organizations", ["organization_id"], ["id"])
    with op.batch_alter_table("contacts") as contacts:
        for column in ("region", "notes"):
            contacts.alter_column(column, existing_type=sa.String(), server_default=None)
    with op.batch_alter_table("cases") as cases:
        cases.add_column(_id("organization_id", nullable=True))
        cases.create_foreign_key("fk_cases_organization_id", "organizations", ["organization_id"], ["id"])
    with op.batch_alter_table("contact_links") as links:
        links.add_column(sa.Column("gave_organization", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("contact_links") as links:
        links.alter_column("gave_organization", existing_type=sa.Boolean(), server_default=None)
    # 0 = from the first row on: what programs wrote before a field was defined is made findable too
    with op.batch_alter_table("field_definitions") as fields:
        fields.add_column(sa.Column("filled_to", _BIG, nullable=True, server_default="0"))
    with op.batch_alter_table("field_definitions") as fields:
        fields.alter_column("filled_to", existing_type=_BIG, server_default=None)
    _partial("ix_contacts_organization", "contacts", "organization_id", "id")
    _partial("ix_cases_organization", "cases", "organization_id", "id")
    _partial("ix_cases_organization_shelf", "cases", "organization_id", "shelf", "last_at", "id")


def _organizations() -> None:
    op.create_table(
        "organizations",
        _id("id"),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "folded_name", "notes")),
        sa.Column("fields", sa.JSON(), nullable=False),
        *(sa.Column(name, _MOMENT, nullable=False) for name in ("created_at", "updated_at")),
        sa.PrimaryKeyConstraint("id", name="pk_organizations"),
    )
    op.create_index("ix_organizations_folded_name", "organizations", ["folded_name"])
    op.create_table(
        "organization_domains",
        sa.Column("domain", sa.String(), nullable=False),
        _id("organization_id"),
        _link("organization_domains", "organization_id", "organizations"),
        sa.PrimaryKeyConstraint("domain", name="pk_organization_domains"),
    )
    op.create_index("ix_organization_domains_organization_id", "organization_domains", ["organization_id"])
    op.create_table(
        "organization_words",
        sa.Column("word", _WORD, nullable=False),
        _id("organization_id"),
        _link("organization_words", "organization_id", "organizations"),
        sa.PrimaryKeyConstraint("word", "organization_id", name="pk_organization_words"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_organization_words_organization", "organization_words", ["organization_id", "word"])


def _values() -> None:
    op.create_table(
        "contact_field_values",
        _id("field_id"),
        sa.Column("value", sa.String(), nullable=False),
        _id("contact_id"),
        _link("contact_field_values", "field_id", "field_definitions"),
        _link("contact_field_values", "contact_id", "contacts"),
        sa.PrimaryKeyConstraint("field_id", "value", "contact_id", name="pk_contact_field_values"),
    )
    op.create_index("ix_contact_field_values_contact", "contact_field_values", ["contact_id"])


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _BIG, autoincrement=False, nullable=nullable)


def _link(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _partial(name: str, table: str, *columns: str) -> None:
    op.create_index(name, table, columns, sqlite_where=_BELONGS, postgresql_where=_BELONGS)
