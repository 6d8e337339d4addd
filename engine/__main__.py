"""The `handrail` command."""


def main() -> None:
    """Run the command line; imports wait until here, so that `--help` is quick."""
    from engine.cli import run_command_line

    run_command_line()


if __name__ == "__main__":
    main()
