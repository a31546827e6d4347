"""`omnidesk db`."""

import typer

from omnidesk.cli.program import Program


def commands(program: Program) -> typer.Typer:
    """The commands on the database."""
    app = typer.Typer(no_args_is_help=True)

    @app.command(help="Bring the tables to the newest form.")
    def upgrade() -> None:
        from omnidesk.store import migrating

        changed = program.run(migrating.upgrade(program.settings.store_url))
        print(f"upgraded to {migrating.head()}" if changed else f"at {migrating.head()} already")

    @app.callback()
    def group() -> None:
        """Keep `upgrade` a subcommand, though it is the only one."""

    return app
